"""A hundred of the book's checks as SQL, over the tables of typed.py.

Each is what somebody would write who knows both the measure and SQL: how many cases break it.
`rules.py queries` prints one query for each rule; `rules.py fused` prints the cleverest form, one query in
which all facts of a case are joined and a hundred conditional sums are taken. Both run in
sqlite3 and in DuckDB unchanged. `rules.py names` prints the rules.
"""

import sys

# alias -> how the table is joined to the case
FIRST = {
    "ca": "shortlist_candidate", "co": "shortlist_consult", "sc": "shortlist_screen",
    "pl": "shortlist_plan", "se": "shortlist_search", "de": "shortlist_design",
    "fo": "shortlist_follow", "re": "shortlist_review", "fi": "shortlist_file",
    "po": "publicize_post", "em": "implement_emergency", "er": "implement_report",
    "dt": "implement_determine", "pf": "implement_platform", "pr": "implement_procure",
    "aw": "implement_award", "ct": "implement_contract", "wk": "implement_works",
    "cm": "implement_commission", "sa": "implement_safety", "pc": "implement_placard",
    "st": "implement_start", "sg": "implement_sign", "cp": "implement_complete",
    "ar": "implement_archive", "ac": "accept_record", "an": "accept_announce",
    "sl": "accept_settle", "us": "accept_use", "da": "evaluate_daily",
    "su": "evaluate_supplier", "ef": "evaluate_file",
}
SUMS = {
    "cs": "SELECT c, count(DISTINCT who) AS people FROM shortlist_consent WHERE agrees = 1 GROUP BY c",
    "nt": "SELECT c, count(DISTINCT demand) AS told, min(day) AS first_day, max(day) AS last_day "
          "FROM publicize_notify GROUP BY c",
    "py": "SELECT c, sum(amount) AS paid, max(is_final) AS settled, max(day) AS last_day, "
          "max(CASE WHEN is_final = 1 THEN day END) AS final_day FROM implement_pay GROUP BY c",
    "bu": "SELECT c, max(CASE WHEN phase = 'budget' THEN 1 END) AS budget, "
          "max(CASE WHEN phase = 'settlement' THEN 1 END) AS settlement, "
          "max(CASE WHEN phase = 'budget' THEN own END) AS budget_own, "
          "max(CASE WHEN phase = 'settlement' THEN own END) AS settlement_own, "
          "max(CASE WHEN phase = 'budget' THEN amount END) AS budget_amount, "
          "max(CASE WHEN phase = 'budget' AND agency IS NULL THEN 1 END) AS no_agency "
          "FROM implement_cost GROUP BY c",
    "pg": "SELECT c, count(*) AS notes, min(day) AS first_day, max(day) AS last_day "
          "FROM implement_progress GROUP BY c",
}

ORDINARY = "em.c IS NULL"
KIND = "coalesce(ca.kind, em.kind)"
AMOUNT = "coalesce(sl.amount, ct.amount, pl.amount, em.amount, ca.amount)"
# a wish on the candidate list is no project amount yet
PLANNED = "coalesce(sl.amount, ct.amount, pl.amount, em.amount)"
PASSED = "(po.c IS NOT NULL OR dt.c IS NOT NULL OR st.c IS NOT NULL OR ac.c IS NOT NULL)"
BEGUN = "st.c IS NOT NULL"
DONE = "ac.c IS NOT NULL"

# rule of the book, what breaks it
RULES = [
    ("A2-DEFN", "ca.c IS NOT NULL AND ca.eligibility IS NULL"),
    ("A2-TYPES", f"{KIND} IS NULL OR {KIND} NOT IN ('service', 'goods', 'works')"),
    ("A2-CATEGORY", "ca.c IS NOT NULL AND ca.category IS NULL"),
    ("A4-2-TILT", "ca.c IS NOT NULL AND ca.beneficiaries = 0"),
    ("A6-FILING", f"{DONE} AND fi.c IS NULL"),
    ("A7-ROLES", f"{ORDINARY} AND pl.c IS NOT NULL AND pl.by_body <> 'community'"),
    ("A7-CONFIRM", f"{BEGUN} AND (dt.c IS NULL OR fi.c IS NULL OR st.day < fi.day OR st.day < dt.day)"),
    ("A7-BUDGET", f"{BEGUN} AND dt.budget IS NULL"),
    ("A7-FUND", f"{BEGUN} AND (dt.fund_year IS NULL OR dt.fund_level IS NULL)"),
    ("A7-BODY", "fi.c IS NOT NULL AND (fi.to_body IS NULL OR fi.to_body <> 'street')"),
    ("A10-MEETING", "ca.c IS NOT NULL AND ca.meeting IS NULL"),
    ("A10-CANDIDATE", "ca.c IS NOT NULL AND ca.demands = 0"),
    ("A10-BODY", "ca.c IS NOT NULL AND ca.organiser <> 'community'"),
    ("A11-CONSULT", f"{ORDINARY} AND {PASSED} AND co.c IS NULL"),
    ("A11-LEAD", "co.c IS NOT NULL AND (co.lead <> 'community' OR coalesce(co.support__committee, 0) = 0)"),
    ("A11-ORDER", "co.c IS NOT NULL AND co.start_day < ca.day"),
    ("A11-DAYS", "co.c IS NOT NULL AND co.end_day - co.start_day < 5"),
    ("A11-30", f"co.c IS NOT NULL AND {KIND} <> 'works' AND coalesce(cs.people, co.agreed, 0) < 30"),
    ("A11-ENG", f"co.c IS NOT NULL AND {KIND} = 'works' AND (co.site_day_ IS NULL OR co.site_place IS NULL)"),
    ("A11-INFORMALL", "co.c IS NOT NULL AND (co.affected IS NULL OR co.informed < co.affected OR co.informing IS NULL)"),
    ("A12-BASIS", f"{ORDINARY} AND {PASSED} AND (pl.c IS NULL OR pl.day < co.end_day)"),
    ("A12-COLUMNS", "pl.c IS NOT NULL AND (pl.summary IS NULL OR pl.amount IS NULL OR pl.begin IS NULL OR pl.finish IS NULL OR pl.unit IS NULL)"),
    ("A12-LEADER", "pl.c IS NOT NULL AND (pl.leader IS NULL OR pl.team = 0)"),
    ("A12-LEADERKIND", "pl.c IS NOT NULL AND (pl.leader_kind IS NULL OR pl.leader_kind <> 'social-worker')"),
    ("A12-TEAMROLES", "pl.c IS NOT NULL AND pl.team < 4"),
    ("A12-PHONE", "pl.c IS NOT NULL AND pl.leader_phone IS NULL"),
    ("A13-LIBFIRST", f"{ORDINARY} AND {KIND} = 'service' AND {PASSED} AND (se.c IS NULL OR coalesce(se.searched__city, 0) = 0 OR coalesce(se.searched__district, 0) = 0)"),
    ("A13-DESIGN", f"{ORDINARY} AND {PASSED} AND se.item IS NULL AND de.c IS NULL"),
    ("A13-CONTENT", "de.c IS NOT NULL AND (de.content IS NULL OR de.time IS NULL OR de.place IS NULL OR de.amount IS NULL OR de.served IS NULL OR de.benefit IS NULL)"),
    ("A13-TRACK", f"{ORDINARY} AND {PASSED} AND se.item IS NULL AND fo.c IS NULL"),
    ("A13-ORDER", "de.c IS NOT NULL AND fo.c IS NOT NULL AND fo.day < de.day"),
    ("A14-REVIEW", f"{ORDINARY} AND {PASSED} AND se.item IS NULL AND (re.c IS NULL OR re.day > po.start_day)"),
    ("A14-LEAD", "re.c IS NOT NULL AND (re.lead <> 'community' OR coalesce(re.support__committee, 0) = 0 OR re.kind <> 'residents')"),
    ("A14-PARTIES", "re.c IS NOT NULL AND re.heard__proposer + re.heard__leader + re.heard__two_reps + re.heard__resident_rep + re.heard__served_rep < 5"),
    ("A14-SCOPE", "re.c IS NOT NULL AND re.covers__necessity + re.covers__reasonableness + re.covers__content + re.covers__time + re.covers__place + re.covers__funds + re.covers__served < 7"),
    ("A14-SERVICE", f"re.c IS NOT NULL AND {KIND} = 'service' AND re.provider IS NULL"),
    ("A14-GOODS", f"re.c IS NOT NULL AND {KIND} = 'goods' AND re.provider IS NULL"),
    ("A14-OUTCOME", "re.c IS NOT NULL AND re.outcome IS NULL"),
    ("A15-PUB", f"{ORDINARY} AND {BEGUN} AND (po.c IS NULL OR st.day <= po.end_day OR po.start_day < pl.day)"),
    ("A15-DAYS", "po.c IS NOT NULL AND po.end_day - po.start_day < 3"),
    ("A15-CONTENT", "po.c IS NOT NULL AND po.content__time + po.content__place + po.content__served + po.content__benefit + po.content__leader_name + po.content__leader_contact < 6"),
    ("A15-NOTIFY", "po.c IS NOT NULL AND coalesce(nt.told, 0) < ca.demands"),
    ("A15-TOLD", "po.c IS NOT NULL AND nt.c IS NOT NULL AND (nt.first_day < po.start_day OR nt.last_day > po.end_day)"),
    ("A15-MODE", "po.c IS NOT NULL AND (po.online = 0 OR po.offline__board + po.offline__site + po.offline__building = 0)"),
    ("A15-OFFLINE", "po.c IS NOT NULL AND po.offline__board + po.offline__site + po.offline__building < 3"),
    ("A16-CAP", f"{KIND} = 'service' AND {PLANNED} > 50000000"),
    ("A17-CAP", f"{KIND} = 'goods' AND {PLANNED} > 50000000"),
    ("A17-CENTRAL", f"{KIND} = 'goods' AND dt.central = 1 AND dt.responsible <> 'street'"),
    ("A17-NONCENTRAL", f"{KIND} = 'goods' AND dt.central = 0 AND dt.responsible <> 'community'"),
    ("A18-ORG", f"{KIND} = 'works' AND dt.c IS NOT NULL AND (dt.responsible IS NULL OR dt.responsible <> 'street')"),
    ("A18-CAP", f"{KIND} = 'works' AND {PLANNED} > 100000000"),
    ("A19-GOODS", f"{KIND} = 'goods' AND cp.day - st.day > 92"),
    ("A19-ENG", f"{KIND} = 'works' AND cp.day - st.day > 275"),
    ("A20-AFTER", "cp.c IS NOT NULL AND ac.c IS NULL"),
    ("A20-ACCEPT", f"{DONE} AND (ac.organiser <> dt.responsible OR coalesce(ac.groups__proposer, 0) = 0)"),
    ("A20-EVAL", f"{DONE} AND (da.c IS NULL OR da.satisfaction IS NULL)"),
    ("A22-SCOPE", "em.c IS NOT NULL AND em.cause IS NULL"),
    ("A22-DETERMINE", "em.c IS NOT NULL AND (em.by_body IS NULL OR em.by_body <> 'street' OR em.document IS NULL)"),
    ("A22-ORG", "em.c IS NOT NULL AND (dt.responsible IS NULL OR dt.responsible <> 'street')"),
    ("A22-NOTIFY", "em.c IS NOT NULL AND (er.c IS NULL OR er.day - em.day > 7)"),
    ("A22-FUNDS", f"em.c IS NOT NULL AND {DONE} AND (dt.c IS NULL OR fi.c IS NULL)"),
    ("A29-ARCHIVE", f"{DONE} AND (ar.c IS NULL OR coalesce(ar.whole, 0) = 0)"),
    ("A29-PLATFORM", f"{DONE} AND (pf.c IS NULL OR pf.no IS NULL)"),
    ("A32-SIGN", f"{DONE} AND (sg.c IS NULL OR sg.items__logo + sg.items__name + sg.items__introduction + sg.items__builder + sg.items__time + sg.items__hotline < 6)"),
    ("A32-ORDER", "sg.c IS NOT NULL AND sg.day > ac.day"),
    ("X1.5-LEAD", f"{PASSED} AND sc.c IS NULL"),
    ("X1.5-1", "sc.over_limit = 1"),
    ("X1.5-2", "sc.investment = 1"),
    ("X1.5-3", "sc.fixed_asset = 1"),
    ("X1.5-4", "sc.budgeted = 1"),
    ("X1.5-5", "sc.office = 1"),
    ("X1.5-6", "sc.public_duty = 1"),
    ("X1.5-7", "sc.other_duty = 1"),
    ("X1.5-8", "sc.ineligible = 1"),
    ("X1.6-LEVEL", f"{BEGUN} AND dt.fund_level = 'street' AND dt.responsible = 'community'"),
    ("X1.6-PAYER", "py.c IS NOT NULL AND dt.fund_level IS NULL"),
    ("X1.8-QUAL", "ct.c IS NOT NULL AND (ct.qualification IS NULL OR coalesce(ct.staff, 0) = 0 OR coalesce(ct.material, 0) = 0)"),
    ("X1.9-2-NONCENTRAL", f"{KIND} = 'goods' AND pr.central = 0 AND pr.method <> 'self'"),
    ("X1.9-2-HEAD", f"{KIND} = 'goods' AND pr.c IS NOT NULL AND pr.head IS NULL"),
    ("X1.9-2-PUBLISH", f"{KIND} = 'goods' AND aw.c IS NOT NULL AND (aw.published IS NULL OR aw.published < aw.day)"),
    ("X1.11-LEDGER", "py.c IS NOT NULL AND (py.paid > ct.amount OR py.settled = 1 AND py.paid <> sl.amount)"),
    ("X1.11-SETTLED", "sl.c IS NOT NULL AND sl.amount > ct.amount"),
    ("X1.11-FINAL", "py.final_day IS NOT NULL AND (ac.day IS NULL OR py.final_day < ac.day)"),
    ("X1.11-TRACK", f"cp.c IS NOT NULL AND (pg.c IS NULL OR pg.first_day > cp.day OR pg.last_day < st.day)"),
    ("X1.15-ARCHIVE", f"{DONE} AND (ar.c IS NULL OR ar.papers__application + ar.papers__third_party + ar.papers__payment < 3)"),
    ("X2.2-WHO", f"{DONE} AND (ac.result IS NULL OR ac.organiser IS NULL)"),
    ("X2.2-RESIDENT", f"{DONE} AND coalesce(ac.groups__resident_rep, 0) = 0"),
    ("X2.3-BASIS", f"{DONE} AND {KIND} <> 'works' AND ac.contract IS NULL"),
    ("X2.3-ENG", f"{DONE} AND {KIND} = 'works' AND coalesce(ac.completion, 0) = 0"),
    ("X2.3-ROUTE", f"{DONE} AND {KIND} <> 'works' AND ac.route IS NULL"),
    ("X2.5-REPORT", f"{DONE} AND (ac.report IS NULL OR ac.report_date IS NULL)"),
    ("X2.5-CONFIRM", f"{DONE} AND (ac.confirmed_body IS NULL OR ac.confirmed_unit IS NULL OR ac.confirmed_body < ac.report_date)"),
    ("X2.6-MONTH", "cp.c IS NOT NULL AND (ac.c IS NULL OR ac.day - cp.day > 31)"),
    ("X2.7-ANNOUNCE", f"{DONE} AND (an.c IS NULL OR an.day < ac.day)"),
    ("X2.7-SETTLE", f"{DONE} AND (sl.c IS NULL OR sl.report IS NULL OR sl.day < ac.day)"),
    ("X2.8-TYPES", f"{DONE} AND da.c IS NULL"),
    ("X2.8-FILE", "da.c IS NOT NULL AND ac.c IS NOT NULL AND (ef.c IS NULL OR ef.to_body <> 'street')"),
    ("X2.8-CRITERIA", "da.c IS NOT NULL AND (da.satisfaction IS NULL OR da.fit IS NULL)"),
    ("X6.2-DEF", f"{KIND} = 'works' AND {DONE} AND wk.c IS NULL"),
    ("X6.4-THIRD", f"{KIND} = 'works' AND {DONE} AND (bu.budget IS NULL OR bu.settlement IS NULL OR bu.no_agency = 1)"),
    ("X6.4-BUDGET", f"{KIND} = 'works' AND {BEGUN} AND bu.budget_own IS NULL"),
    ("X6.8-SCOPE", f"{KIND} = 'works' AND {BEGUN} AND (wk.c IS NULL OR wk.small IS NULL)"),
    ("X6.9-FILE", f"{KIND} = 'works' AND {BEGUN} AND coalesce(wk.small, 1) = 1 AND (sa.c IS NULL OR sa.day > st.day OR sa.receipt IS NULL)"),
    ("X6.10-POST", f"{KIND} = 'works' AND {BEGUN} AND coalesce(wk.small, 1) = 1 AND (pc.c IS NULL OR pc.papers__receipt + pc.papers__pledge + pc.papers__risk < 3)"),
    ("X7.5-NEEDS", "pr.c IS NOT NULL AND pr.needs__need_bidders + pr.needs__need_function + pr.needs__need_quality + pr.needs__need_quantity + pr.needs__need_acceptance < 5"),
    ("X7.7-MARKET", "pr.c IS NOT NULL AND pr.method = 'self' AND (pr.market_day_ IS NULL OR pr.team < 3)"),
    ("X7.10-SUPPLIER", f"{DONE} AND py.settled = 1 AND su.c IS NULL"),
]
RULES = [(name, text.replace("site_day_", "site_date").replace("market_day_", "market_date"))
         for name, text in RULES]


def joins(text):
    """The joins that a text needs, in the order of the tables."""
    wanted = []
    for alias, table in FIRST.items():
        if f"{alias}." in text:
            wanted.append(f"LEFT JOIN {table} {alias} ON {alias}.c = k.c AND {alias}.n = 0")
    for alias, query in SUMS.items():
        if f"{alias}." in text:
            wanted.append(f"LEFT JOIN ({query}) {alias} ON {alias}.c = k.c")
    return " ".join(wanted)


def queries():
    for name, text in RULES:
        yield f"SELECT '{name}', count(*) FROM cases k {joins(text)} WHERE {text};"


def fused():
    every = " ".join(text for _, text in RULES)
    sums = ",\n".join(f"sum(CASE WHEN {text} THEN 1 ELSE 0 END) AS \"{name}\"" for name, text in RULES)
    return f"SELECT {sums}\nFROM cases k\n" + joins(every).replace(" LEFT", "\nLEFT") + ";"


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "queries"
    if what == "queries":
        print("\n".join(queries()))
    elif what == "fused":
        print(fused())
    else:
        print(len(RULES), " ".join(name for name, _ in RULES))
