-- From format 1 to format 2: a personal value goes only with an erasure on record.
CREATE INDEX event_erase ON event (id) WHERE step = 'erase';

CREATE TRIGGER personal_goes_on_record BEFORE DELETE ON personal
WHEN NOT EXISTS (SELECT 1 FROM event WHERE step = 'erase' AND instr(payload, OLD.token) > 0)
BEGIN SELECT raise(ABORT, 'a personal value goes only with an erasure on record'); END;
