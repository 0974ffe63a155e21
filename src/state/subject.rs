//! Identifiers of subjects: `HZ` a community, `HZ2022` its year, `HZ2022-007` a case,
//! `HZ2022-D0123` a demand, `HZ2022-R1` a round, `HZ2022-M1` a meeting,
//! `粤海街道2022` a street's year.

/// The district as a scope.
pub const DISTRICT: &str = "全区";
/// The list of the communities.
pub const COMMUNITIES: &str = "社区名单";
/// The blocklist with its publications and appeals.
pub const BLOCKED: &str = "异常名录";
/// The items of the project libraries.
pub const LIBRARY: &str = "项目库";
/// Who is related to whom, who has an interest in what.
pub const INTERESTS: &str = "利益关系";

/// What an identifier names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A case of a community and programme year.
    Case(String, i32),
    /// A demand.
    Demand(String, i32),
    /// A community's programme year.
    CommunityYear(String, i32),
    /// A community.
    Community(String),
    /// A street's year.
    StreetYear(String, i32),
    /// The district's year, `全区2022`.
    DistrictYear(i32),
    /// The ledger itself, `账本`.
    Ledger,
    /// Anything else: a round, a meeting, a street, a library item.
    Other,
}

impl Subject {
    /// Reads an identifier.
    #[must_use]
    pub fn parse(id: &str) -> Self {
        let letters = id.bytes().take_while(u8::is_ascii_uppercase).count();
        let (code, rest) = id.split_at(letters);
        if code.is_empty() || code.len() > 8 {
            return street_year(id);
        }
        if rest.is_empty() {
            return Self::Community(code.to_owned());
        }
        let Some(year) = rest.get(..4).and_then(|y| y.parse::<i32>().ok()) else {
            return Self::Other;
        };
        let code = code.to_owned();
        match &rest[4..] {
            "" => Self::CommunityYear(code, year),
            tail => match tail.strip_prefix('-') {
                Some(number) if is_number(number) => Self::Case(code, year),
                Some(rest) if rest.strip_prefix('D').is_some_and(is_number) => {
                    Self::Demand(code, year)
                }
                _ => Self::Other,
            },
        }
    }

    /// The community that the identifier names or begins with.
    #[must_use]
    pub fn community(&self) -> Option<&str> {
        match self {
            Self::Case(code, _)
            | Self::Demand(code, _)
            | Self::CommunityYear(code, _)
            | Self::Community(code) => Some(code),
            Self::StreetYear(..) | Self::DistrictYear(_) | Self::Ledger | Self::Other => None,
        }
    }

    /// The programme year that the identifier names.
    #[must_use]
    pub fn year(&self) -> Option<i32> {
        match self {
            Self::Case(_, year)
            | Self::Demand(_, year)
            | Self::CommunityYear(_, year)
            | Self::StreetYear(_, year)
            | Self::DistrictYear(year) => Some(*year),
            _ => None,
        }
    }
}

fn street_year(id: &str) -> Subject {
    let name = id.trim_end_matches(|c: char| c.is_ascii_digit());
    if id == "账本" {
        return Subject::Ledger;
    }
    match id[name.len()..].parse() {
        Ok(year) if id.len() - name.len() == 4 && name == DISTRICT => Subject::DistrictYear(year),
        Ok(year) if id.len() - name.len() == 4 && !name.is_ascii() && !name.contains('-') => {
            Subject::StreetYear(name.to_owned(), year)
        }
        _ => Subject::Other,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// True for a street's year, or the district's.
#[must_use]
pub fn is_above(id: &str) -> bool {
    // those of communities and of what belongs to them are plain letters
    let year = || Subject::parse(id);
    !id.is_ascii() && matches!(year(), Subject::StreetYear(..) | Subject::DistrictYear(_))
}

/// The community to which an identifier belongs: its capital letters, if nothing or a year
/// follows.
#[must_use]
pub fn code_of(id: &str) -> Option<&str> {
    let letters = id.bytes().take_while(u8::is_ascii_uppercase).count();
    let (code, rest) = id.split_at(letters);
    let year = rest.bytes().take(4).filter(u8::is_ascii_digit).count() == 4;
    ((1..=8).contains(&letters) && (rest.is_empty() || year)).then_some(code)
}

/// Everything in a text that may be an identifier of a community or of what belongs to it.
pub fn ids(text: &str) -> impl Iterator<Item = &str> {
    let id = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    text.split(move |c| !id(c))
        .filter(|word| code_of(word).is_some())
}

/// The community, street or list with which an identifier begins: what stands before a year that
/// ends it or is followed by a hyphen, else all of it.
#[must_use]
pub fn body_of(id: &str) -> &str {
    let bytes = id.as_bytes();
    let is_year = |at: &usize| {
        let year = bytes.get(*at..at + 4);
        year.is_some_and(|year| year.iter().all(u8::is_ascii_digit))
            && matches!(bytes.get(at + 4), None | Some(b'-'))
    };
    let year = (0..bytes.len().saturating_sub(3)).find(is_year);
    &id[..year.unwrap_or(id.len())]
}

/// The next free number among identifiers `prefix` + digits.
pub fn next_number<'a>(prefix: &str, taken: impl Iterator<Item = &'a str>) -> u64 {
    taken
        .filter_map(|id| id.strip_prefix(prefix))
        .filter(|rest| is_number(rest))
        .filter_map(|rest| rest.parse::<u64>().ok())
        .max()
        .unwrap_or(0)
        + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_identifiers() {
        let hz = || "HZ".to_owned();
        assert_eq!(Subject::parse("HZ"), Subject::Community(hz()));
        assert_eq!(Subject::parse("HZ2022"), Subject::CommunityYear(hz(), 2022));
        assert_eq!(Subject::parse("HZ2022-007"), Subject::Case(hz(), 2022));
        assert_eq!(Subject::parse("HZ2022-D0123"), Subject::Demand(hz(), 2022));
        assert_eq!(
            Subject::parse("粤海街道2022"),
            Subject::StreetYear("粤海街道".into(), 2022)
        );
        assert!(is_above("粤海街道2022") && is_above("全区2022"));
        assert!(!is_above("HZ2022") && !is_above("HZ2022-007") && !is_above("粤海街道"));
        for other in [
            "粤海街道",
            "HZ2022-R1",
            "HZ2022-",
            "HZ20",
            "hz2022",
            "",
            "HZ2022-D",
            "HZ20é2",
        ] {
            assert_eq!(Subject::parse(other), Subject::Other, "{other}");
        }
    }

    #[test]
    fn identifiers_are_found_in_any_text() {
        let text = r#"{"cases":["HZ2022-001","TG2022-R1"],"note":"PVC 管、HZ社区","x":"LX-1"}"#;
        let found: Vec<&str> = ids(text).collect();
        assert_eq!(found, ["HZ2022-001", "TG2022-R1", "PVC", "HZ"]);
        assert_eq!(code_of("HZ2022"), Some("HZ"));
        for other in ["LX-1", "HZ20", "粤海街道2022", "ABCDEFGHI", ""] {
            assert_eq!(code_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_body_is_what_stands_before_the_year() {
        for (id, body) in [
            ("HZ2022-007", "HZ"),
            ("粤海街道2022", "粤海街道"),
            ("第1街道2022-I3", "第1街道"),
            ("第1街道", "第1街道"),
            ("全区2022-I1-F2", "全区"),
            ("异常名录", "异常名录"),
            ("12022", "1"),
            ("", ""),
        ] {
            assert_eq!(body_of(id), body, "{id}");
        }
    }

    #[test]
    fn numbers_go_on_after_the_largest() {
        let taken = ["HZ2022-D0002", "HZ2022-D10000", "HZ2022-007"];
        assert_eq!(next_number("HZ2022-D", taken.into_iter()), 10001);
        assert_eq!(next_number("HZ2022-", taken.into_iter()), 8);
        assert_eq!(next_number("HZ2023-D", taken.into_iter()), 1);
    }
}
