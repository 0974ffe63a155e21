//! One row per case: where it stands, its dates, its money.

use super::public::Public;
use super::{Cell, Row, day};
use crate::law::{Day, Money};
use crate::pack::Pack;
use crate::report::show::{Case, cases_of};
use crate::state::Book;
use crate::step;

/// The steps whose last date is a column, in the order of the columns.
const DATED: [&str; 12] = [
    "shortlist.candidate",
    "shortlist.apply",
    "shortlist.plan",
    "publicize.post",
    "implement.determine",
    "implement.contract",
    "implement.start",
    "implement.complete",
    "accept.record",
    "accept.settle",
    "accept.close",
    "evaluate.session",
];

/// The steps whose last `amount` is a column, in the order of the columns.
const PRICED: [&str; 4] = [
    "shortlist.candidate",
    "shortlist.plan",
    "implement.contract",
    "accept.settle",
];

/// The cases of a community's year.
pub(super) fn cases<'b>(book: &'b Book, prefix: &str, as_of: Day) -> Vec<Case<'b>> {
    cases_of(book, as_of)
        .filter(|case| case.view.id.starts_with(prefix))
        .collect()
}

/// The row of a case.
pub(super) fn row(case: &Case<'_>, pack: &Pack, public: Option<&mut Public<'_>>) -> Row {
    let view = &case.view;
    let text = |text: Option<String>| text.map_or(Cell::None, Cell::Text);
    let own = |field: &str| case.find(field).and_then(|v| v.text().map(str::to_owned));
    let code = view.subject.community().unwrap_or_default();
    let title = own("title").map(|title| match public {
        Some(public) => public.of_subject(&view.id, &title),
        None => title,
    });
    let last = case.last();
    let status = match view.withdrawn() {
        Some(_) => "withdrawn",
        None => last.def.stage(),
    };
    let mut row = vec![
        Cell::Text(view.id.clone()),
        text(title),
        text(own("type")),
        text(own("category")),
        text(view.book.community_name(code).map(str::to_owned)),
        text(view.book.street(code).map(str::to_owned)),
        Cell::Text(status.to_owned()),
        Cell::Text(last.def.id.to_owned()),
        last.occurred.map_or(Cell::None, day),
    ];
    let of = |id: &str| step::find(id).and_then(|def| case.latest(def));
    row.extend(DATED.iter().map(|id| {
        let date = of(id).and_then(|fact| fact.occurred);
        date.map_or(Cell::None, day)
    }));
    let fen = |money: Option<Money>| money.map_or(Cell::None, |m| Cell::Whole(m.fen()));
    row.push(fen(case.amount(pack)));
    row.extend(
        PRICED
            .iter()
            .map(|id| fen(of(id).and_then(|fact| fact.value("amount").money()))),
    );
    let paid = case
        .own
        .iter()
        .filter(|fact| fact.def.id == "implement.pay");
    let paid = paid.filter_map(|fact| fact.value("amount").money());
    row.push(Cell::Whole(paid.map(Money::fen).sum()));
    row.push(Cell::Whole(
        i64::try_from(case.own.len()).unwrap_or(i64::MAX),
    ));
    row
}
