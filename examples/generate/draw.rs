//! Numbers by seed: `SplitMix64`, and what is drawn with it.

use chrono::{Days, NaiveDate};

/// A stream of numbers; the same seed and the same place give the same stream.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// The stream of one place, say of a community's year.
    pub fn at(seed: u64, place: u64, year: i32) -> Self {
        let mut draw = Self(seed);
        let mixed = draw.next() ^ place.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let mut draw = Self(mixed);
        let mixed =
            draw.next() ^ u64::from(year.unsigned_abs()).wrapping_mul(0xA076_1D64_78BD_642F);
        Self(mixed)
    }

    /// The next number (Steele, Lea, Flood 2014).
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// A number of `from..=to`.
    pub fn within(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from + 1)
    }

    /// True in so many cases of a thousand.
    pub fn permille(&mut self, n: u64) -> bool {
        self.below(1000) < n
    }

    /// One of a list.
    pub fn of<'l>(&mut self, list: &'l [&'l str]) -> &'l str {
        let at = self.below(list.len() as u64);
        usize::try_from(at)
            .ok()
            .and_then(|at| list.get(at))
            .copied()
            .unwrap_or("")
    }

    /// The name of a person.
    pub fn name(&mut self) -> String {
        let mut name = self.of(&SURNAMES).to_owned();
        name.push_str(self.of(&GIVEN));
        if self.permille(650) {
            name.push_str(self.of(&GIVEN));
        }
        name
    }

    /// The number of a mobile phone.
    pub fn phone(&mut self) -> String {
        let head = self.of(&[
            "135", "136", "137", "138", "139", "150", "158", "186", "189",
        ]);
        format!("{head}{:08}", self.below(100_000_000))
    }
}

const SURNAMES: [&str; 24] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭",
    "何", "林", "高", "罗", "郑", "梁", "谢", "欧阳",
];

const GIVEN: [&str; 32] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明",
    "超", "秀", "霞", "平", "刚", "桂", "英", "华", "玉", "兰", "红", "建", "国", "文", "志", "海",
];

/// So many days later; never past the end of the calendar.
pub fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

/// So many days earlier.
pub fn earlier(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

/// A day of the calendar.
pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// `2022-04-01`.
pub fn text(day: NaiveDate) -> String {
    day.to_string()
}
