-- Where the ledgers of a district meet: the chains of minsheng, append-only, in PostgreSQL.
-- Made by `minsheng sync init`; `minsheng sync init --print` prints it for psql. Format 1.
-- Run it as the role that shall own it. It makes three roles that cannot log in; grant them:
--   minsheng_reader    SELECT on the chains
--   minsheng_writer    the same, and INSERT of events
--   minsheng_personal  SELECT and INSERT of personal values and of evidence, for ledgers pushed
--                      --with-personal or --with-evidence

DO $$
DECLARE wanted text;
BEGIN
  IF pg_encoding_to_char((SELECT encoding FROM pg_database WHERE datname = current_database())) <> 'UTF8' THEN
    RAISE EXCEPTION 'the database must have the encoding UTF8';
  END IF;
  FOREACH wanted IN ARRAY ARRAY['minsheng_reader', 'minsheng_writer', 'minsheng_personal'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
    END IF;
  END LOOP;
END $$;

CREATE SCHEMA minsheng;
COMMENT ON SCHEMA minsheng IS 'minsheng sync, format 1';

-- The chains, and the login that brought each first.
CREATE TABLE minsheng.origin (
  name       text COLLATE "C" PRIMARY KEY CHECK (name ~ '^[^[:cntrl:][:space:]]{1,64}$'),
  first_seen timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Who may continue a chain: the login that began it here, and whom the owner adds.
CREATE TABLE minsheng.origin_login (
  origin text COLLATE "C" NOT NULL REFERENCES minsheng.origin (name),
  login  name NOT NULL,
  PRIMARY KEY (origin, login)
);

-- The events, byte for byte as the ledgers have them, and who brought each when.
CREATE TABLE minsheng.event (
  origin      text COLLATE "C" NOT NULL,
  seq         bigint NOT NULL CHECK (seq > 0),
  step        text COLLATE "C" NOT NULL,
  subject     text COLLATE "C" NOT NULL,
  occurred    text COLLATE "C" NOT NULL,
  recorded_at text COLLATE "C" NOT NULL,
  actor       text COLLATE "C" NOT NULL,
  payload     text COLLATE "C" NOT NULL,
  hash        bytea NOT NULL CHECK (octet_length(hash) = 32),
  login       name NOT NULL,
  arrived     timestamptz NOT NULL,
  PRIMARY KEY (origin, seq)
);

-- Tokens whose erasure a ledger has on record. It acts by itself if the erasing chain holds the
-- token; an erasure of what only other ledgers recorded waits for the owner.
CREATE TABLE minsheng.erasure (
  token  text COLLATE "C" NOT NULL CHECK (token ~ '^[0-9a-f]{64}$'),
  origin text COLLATE "C" NOT NULL,
  seq    bigint NOT NULL,
  acts   boolean NOT NULL,
  PRIMARY KEY (token, origin, seq)
);

-- Personal values, only of ledgers that were pushed --with-personal.
CREATE TABLE minsheng.personal (
  token text COLLATE "C" PRIMARY KEY,
  salt  bytea NOT NULL CHECK (octet_length(salt) = 16),
  value text COLLATE "C" NOT NULL
);

-- Copies of papers, each under its SHA-256, only of ledgers that were pushed --with-evidence.
CREATE TABLE minsheng.evidence (
  digest  text COLLATE "C" PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
  bytes   bytea NOT NULL CHECK (octet_length(bytes) <= 67108864),
  login   name NOT NULL,
  arrived timestamptz NOT NULL
);
-- scans do not get smaller
ALTER TABLE minsheng.evidence ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE INDEX event_digest ON minsheng.event ((payload::json ->> 'digest'))
  WHERE step IN ('attach', 'register.document');

-- LENGTH:BYTES,
CREATE FUNCTION minsheng.netstring(part text) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN convert_to(octet_length(part)::text || ':' || part || ',', 'UTF8');

-- The recipe of README.md, "The ledger".
CREATE FUNCTION minsheng.event_hash(previous bytea, origin text, seq bigint, step text,
  subject text, occurred text, recorded_at text, actor text, payload text) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN sha256(convert_to(E'minsheng.event/1\n', 'UTF8')
  || minsheng.netstring(encode(previous, 'hex')) || minsheng.netstring(origin)
  || minsheng.netstring(seq::text) || minsheng.netstring(step) || minsheng.netstring(subject)
  || minsheng.netstring(occurred) || minsheng.netstring(recorded_at)
  || minsheng.netstring(actor) || minsheng.netstring(payload));

CREATE FUNCTION minsheng.event_enters() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  last_seq  bigint := 0;
  last_hash bytea := decode(repeat('00', 32), 'hex');
  there     bytea;
BEGIN
  NEW.login := session_user;
  NEW.arrived := clock_timestamp();
  -- who continues the same chain at the same time waits here
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.origin, 1297303628));
  SELECT e.seq, e.hash INTO last_seq, last_hash FROM minsheng.event e
    WHERE e.origin = NEW.origin ORDER BY e.seq DESC LIMIT 1;
  IF NOT FOUND THEN
    last_seq := 0;
    last_hash := decode(repeat('00', 32), 'hex');
  END IF;
  IF NEW.seq <= last_seq THEN
    SELECT e.hash INTO there FROM minsheng.event e
      WHERE e.origin = NEW.origin AND e.seq = NEW.seq;
    IF there = NEW.hash THEN
      RETURN NULL;  -- it is here already
    END IF;
    RAISE EXCEPTION 'chain % has two branches at event %', NEW.origin, NEW.seq
      USING ERRCODE = 'MS001';
  END IF;
  IF NEW.seq <> last_seq + 1 THEN
    RAISE EXCEPTION 'event % does not continue chain %, which has % events',
      NEW.seq, NEW.origin, last_seq USING ERRCODE = 'MS002';
  END IF;
  IF NEW.hash IS DISTINCT FROM minsheng.event_hash(last_hash, NEW.origin, NEW.seq, NEW.step,
      NEW.subject, NEW.occurred, NEW.recorded_at, NEW.actor, NEW.payload) THEN
    RAISE EXCEPTION 'event % of chain % does not match its hash', NEW.seq, NEW.origin
      USING ERRCODE = 'MS003';
  END IF;
  IF json_typeof(NEW.payload::json) <> 'object' THEN
    RAISE EXCEPTION 'the payload of event % of chain % is no JSON object', NEW.seq, NEW.origin
      USING ERRCODE = 'MS003';
  END IF;
  IF last_seq = 0 THEN
    INSERT INTO minsheng.origin (name) VALUES (NEW.origin) ON CONFLICT DO NOTHING;
    -- the owner may have said before who may bring it
    IF NOT EXISTS (SELECT FROM minsheng.origin_login o WHERE o.origin = NEW.origin) THEN
      INSERT INTO minsheng.origin_login VALUES (NEW.origin, session_user);
    END IF;
  END IF;
  IF NOT EXISTS (SELECT FROM minsheng.origin_login o
      WHERE o.origin = NEW.origin AND o.login = session_user) THEN
    RAISE EXCEPTION 'chain % belongs to another login', NEW.origin USING ERRCODE = 'MS004';
  END IF;
  IF NEW.step = 'erase' THEN
    PERFORM minsheng.erases(NEW.origin, NEW.seq, NEW.payload::json);
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION minsheng.erases(chain text, place bigint, said json) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gone text;
  own  boolean;
BEGIN
  IF json_typeof(said -> 'tokens') IS DISTINCT FROM 'array' THEN
    RETURN;
  END IF;
  -- no value of these comes in while they go
  PERFORM pg_advisory_xact_lock(1297303628, 1);
  FOR gone IN SELECT DISTINCT t FROM json_array_elements_text(said -> 'tokens') t
      WHERE t ~ '^[0-9a-f]{64}$' LOOP
    own := EXISTS (SELECT FROM minsheng.event e
      WHERE e.origin = chain AND e.step <> 'erase' AND position(gone IN e.payload) > 0);
    INSERT INTO minsheng.erasure VALUES (gone, chain, place, own) ON CONFLICT DO NOTHING;
    IF own THEN
      DELETE FROM minsheng.personal p WHERE p.token = gone;
      DELETE FROM minsheng.evidence e WHERE e.digest = gone AND NOT minsheng.paper_stands(gone);
    END IF;
  END LOOP;
END $$;

-- True if some event names a paper that no erasure covers: one covers the events before it in its
-- own chain and, once it acts, those of another chain up to what its ledger had received of it.
CREATE FUNCTION minsheng.paper_stands(wanted text) RETURNS boolean
LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM minsheng.event e
    WHERE e.step IN ('attach', 'register.document') AND e.payload::json ->> 'digest' = wanted
      AND NOT EXISTS (SELECT FROM minsheng.erasure x WHERE x.token = wanted
        AND CASE WHEN x.origin = e.origin THEN e.seq < x.seq
            ELSE x.acts AND e.seq <= (SELECT (r.payload::json ->> 'size')::bigint FROM minsheng.event r
              WHERE r.origin = x.origin AND r.seq < x.seq AND r.step = 'ledger.receive'
                AND r.payload::json ->> 'origin' = e.origin ORDER BY r.seq DESC LIMIT 1) END))
$$;

CREATE FUNCTION minsheng.paper_enters() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.login := session_user;
  NEW.arrived := clock_timestamp();
  PERFORM pg_advisory_xact_lock_shared(1297303628, 1);
  IF encode(sha256(NEW.bytes), 'hex') IS DISTINCT FROM NEW.digest THEN
    RAISE EXCEPTION 'a paper does not match its digest' USING ERRCODE = 'MS003';
  END IF;
  IF NOT EXISTS (SELECT FROM minsheng.event e WHERE e.step IN ('attach', 'register.document')
      AND e.payload::json ->> 'digest' = NEW.digest) THEN
    RAISE EXCEPTION 'no event names the paper %', NEW.digest USING ERRCODE = 'MS006';
  END IF;
  IF NOT minsheng.paper_stands(NEW.digest)
     OR EXISTS (SELECT FROM minsheng.evidence e WHERE e.digest = NEW.digest) THEN
    RETURN NULL;  -- erased for good, or here already
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION minsheng.paper_goes() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND NOT minsheng.paper_stands(OLD.digest) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'a paper goes only with an erasure on record' USING ERRCODE = 'MS005';
END $$;

-- The owner lets the erasures act that concern what other ledgers recorded.
CREATE FUNCTION minsheng.accept_erasures() RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  gone   bigint;
  papers bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(1297303628, 1);
  UPDATE minsheng.erasure SET acts = true WHERE NOT acts;
  DELETE FROM minsheng.personal p WHERE EXISTS (SELECT FROM minsheng.erasure x WHERE x.token = p.token);
  GET DIAGNOSTICS gone = ROW_COUNT;
  DELETE FROM minsheng.evidence e WHERE EXISTS (SELECT FROM minsheng.erasure x WHERE x.token = e.digest)
    AND NOT minsheng.paper_stands(e.digest);
  GET DIAGNOSTICS papers = ROW_COUNT;
  RETURN gone + papers;
END $$;

CREATE FUNCTION minsheng.value_enters() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(1297303628, 1);
  IF encode(sha256(NEW.salt || convert_to(NEW.value, 'UTF8')), 'hex') IS DISTINCT FROM NEW.token THEN
    RAISE EXCEPTION 'a personal value does not match its token' USING ERRCODE = 'MS003';
  END IF;
  IF EXISTS (SELECT FROM minsheng.erasure x WHERE x.token = NEW.token AND x.acts)
     OR EXISTS (SELECT FROM minsheng.personal p WHERE p.token = NEW.token) THEN
    RETURN NULL;  -- erased for good, or here already
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION minsheng.value_goes() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM minsheng.erasure x WHERE x.token = OLD.token AND x.acts) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'a personal value goes only with an erasure on record' USING ERRCODE = 'MS005';
END $$;

CREATE FUNCTION minsheng.never() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  -- an erasure that waited may begin to act
  IF TG_TABLE_NAME = 'erasure' AND TG_OP = 'UPDATE' THEN
    IF NEW.acts AND (NEW.token, NEW.origin, NEW.seq) = (OLD.token, OLD.origin, OLD.seq) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'MS005';
END $$;

CREATE TRIGGER enters BEFORE INSERT ON minsheng.event
  FOR EACH ROW EXECUTE FUNCTION minsheng.event_enters();
CREATE TRIGGER never BEFORE UPDATE OR DELETE ON minsheng.event
  FOR EACH ROW EXECUTE FUNCTION minsheng.never();
CREATE TRIGGER never_all BEFORE TRUNCATE ON minsheng.event
  FOR EACH STATEMENT EXECUTE FUNCTION minsheng.never();
CREATE TRIGGER never BEFORE UPDATE OR DELETE ON minsheng.origin
  FOR EACH ROW EXECUTE FUNCTION minsheng.never();
CREATE TRIGGER never_all BEFORE TRUNCATE ON minsheng.origin
  FOR EACH STATEMENT EXECUTE FUNCTION minsheng.never();
CREATE TRIGGER never BEFORE UPDATE OR DELETE ON minsheng.erasure
  FOR EACH ROW EXECUTE FUNCTION minsheng.never();
CREATE TRIGGER never_all BEFORE TRUNCATE ON minsheng.erasure
  FOR EACH STATEMENT EXECUTE FUNCTION minsheng.never();
CREATE TRIGGER enters BEFORE INSERT ON minsheng.personal
  FOR EACH ROW EXECUTE FUNCTION minsheng.value_enters();
CREATE TRIGGER goes BEFORE UPDATE OR DELETE ON minsheng.personal
  FOR EACH ROW EXECUTE FUNCTION minsheng.value_goes();
CREATE TRIGGER goes_all BEFORE TRUNCATE ON minsheng.personal
  FOR EACH STATEMENT EXECUTE FUNCTION minsheng.value_goes();
CREATE TRIGGER enters BEFORE INSERT ON minsheng.evidence
  FOR EACH ROW EXECUTE FUNCTION minsheng.paper_enters();
CREATE TRIGGER goes BEFORE UPDATE OR DELETE ON minsheng.evidence
  FOR EACH ROW EXECUTE FUNCTION minsheng.paper_goes();
CREATE TRIGGER goes_all BEFORE TRUNCATE ON minsheng.evidence
  FOR EACH STATEMENT EXECUTE FUNCTION minsheng.paper_goes();

-- also where a session says that it only replays what another server did
ALTER TABLE minsheng.event ENABLE ALWAYS TRIGGER enters;
ALTER TABLE minsheng.event ENABLE ALWAYS TRIGGER never;
ALTER TABLE minsheng.event ENABLE ALWAYS TRIGGER never_all;
ALTER TABLE minsheng.personal ENABLE ALWAYS TRIGGER enters;
ALTER TABLE minsheng.personal ENABLE ALWAYS TRIGGER goes;
ALTER TABLE minsheng.evidence ENABLE ALWAYS TRIGGER enters;
ALTER TABLE minsheng.evidence ENABLE ALWAYS TRIGGER goes;

-- Every event whose hash is not what its bytes and the event before it say: none, ever.
CREATE VIEW minsheng.broken AS
SELECT origin, seq FROM (
  SELECT *, lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER chain AS previous,
         row_number() OVER chain AS place
  FROM minsheng.event WINDOW chain AS (PARTITION BY origin ORDER BY seq)) e
WHERE seq <> place OR hash <> minsheng.event_hash(previous, origin, seq, step, subject, occurred,
                                                  recorded_at, actor, payload);

-- What waits for the owner: erasures of values and papers that other ledgers recorded.
CREATE VIEW minsheng.waiting AS
SELECT x.origin, count(*) AS tokens FROM minsheng.erasure x
WHERE NOT x.acts AND (EXISTS (SELECT FROM minsheng.personal p WHERE p.token = x.token)
  OR EXISTS (SELECT FROM minsheng.evidence e WHERE e.digest = x.token)) GROUP BY x.origin;

REVOKE ALL ON SCHEMA minsheng FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA minsheng FROM PUBLIC;
GRANT USAGE ON SCHEMA minsheng TO minsheng_reader, minsheng_writer, minsheng_personal;
GRANT SELECT ON minsheng.event, minsheng.origin, minsheng.origin_login, minsheng.erasure,
  minsheng.broken, minsheng.waiting TO minsheng_reader, minsheng_writer;
GRANT EXECUTE ON FUNCTION minsheng.netstring, minsheng.event_hash TO minsheng_reader, minsheng_writer;
GRANT INSERT ON minsheng.event TO minsheng_writer;
GRANT SELECT, INSERT ON minsheng.personal, minsheng.evidence TO minsheng_personal;
GRANT EXECUTE ON FUNCTION minsheng.paper_stands TO minsheng_personal;
