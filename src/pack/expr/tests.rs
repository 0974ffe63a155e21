//! The language of guards is read as it is meant, and nothing else is.

use super::*;

fn names() -> (Vec<String>, Vec<String>, Vec<String>) {
    (
        vec!["type".into()],
        vec!["emergency".into()],
        vec!["case".into()],
    )
}

fn read(text: &str) -> Result<Expr, String> {
    let (facts, conditions, modules) = names();
    parse(
        text,
        &Names {
            facts: &facts,
            conditions: &conditions,
            modules: &modules,
            record: None,
        },
    )
}

#[test]
fn reads_guards() {
    assert_eq!(read("emergency"), Ok(Expr::Condition(0)));
    assert!(matches!(
        read("type in ['service', 'goods'] and not emergency"),
        Ok(Expr::All(list)) if list.len() == 2
    ));
    assert!(matches!(
        read("present(publicize.post.end) or case.communities >= 2"),
        Ok(Expr::Any(_))
    ));
    assert!(matches!(
        read("shortlist.plan.amount <= 500000.00"),
        Ok(Expr::Compare(_, Op::Le, Literal::Money(_)))
    ));
    assert!(matches!(
        read("not exists(accept.defer, to == 'street' and why != '') or emergency"),
        Ok(Expr::Any(_))
    ));
    assert!(matches!(
        read("implement.decide.for * 2 > implement.decide.members"),
        Ok(Expr::Sums(left, Op::Gt, _)) if matches!(left[..], [Summand::Times(_, 2)])
    ));
    assert!(matches!(
        read("implement.progress.note mentions ['监理', '设计']"),
        Ok(Expr::Mentions(_, list)) if list.len() == 2
    ));
    assert!(matches!(
        read("shortlist.plan.date >= 2022-01-31"),
        Ok(Expr::Compare(_, Op::Ge, Literal::Day(_)))
    ));
}

#[test]
fn refuses_what_it_does_not_know() {
    for wrong in [
        "",
        "typo",
        "type ==",
        "type in ['a'",
        "(type == 'a'",
        "type == 'a' 'b'",
        "publicize.post.ende == 'x'",
        "library.in_force",
        "type == 'open",
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn reads_sums() {
    let found = read("fund.mix.own * 5 + 200000.00 >= fund.mix.special * 3").unwrap();
    let Expr::Sums(left, Op::Ge, right) = found else {
        panic!("{found:?}");
    };
    assert_eq!(left[1], Summand::Plain(20_000_000));
    assert!(matches!(left[0], Summand::Times(_, 5)));
    assert!(matches!(right[..], [Summand::Times(_, 3)]));
    assert!(matches!(
        read("fund.mix.own + fund.mix.cash <= 12"),
        Ok(Expr::Sums(_, Op::Le, _))
    ));
    for wrong in [
        "fund.mix.own + 2",
        "fund.mix.own * 2.00 > 1",
        "fund.mix.own + 'a' > 1",
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}
