//! The arithmetic of shares, spreads and orders that the report prints.

use crate::law::Day;

/// The quantile of the normal distribution for intervals of 95 %.
const Z95: f64 = 1.959_963_985;

/// Six decimals: the same bytes everywhere.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    let scaled = (value * 1e6).round() / 1e6;
    if scaled == 0.0 { 0.0 } else { scaled }
}

/// A count as a number to reckon with.
#[must_use]
pub fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// An amount in fen as a number of yuan to draw with; sums are made in fen.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "amounts of a district stay far below 2^53 fen"
)]
pub fn yuan(fen: i64) -> f64 {
    fen as f64 / 100.0
}

/// A day as seconds, to draw it on an axis of days.
#[must_use]
pub fn seconds(day: Day) -> f64 {
    let midnight = day.date().and_time(chrono::NaiveTime::MIN).and_utc();
    float(usize::try_from(midnight.timestamp()).unwrap_or(0))
}

/// The Wilson interval of 95 % for `hits` of `all`.
#[must_use]
pub fn wilson(hits: usize, all: usize) -> Option<(f64, f64)> {
    if all == 0 || hits > all {
        return None;
    }
    let n = float(all);
    let p = float(hits) / n;
    let zz = Z95 * Z95;
    let middle = (p + zz / (2.0 * n)) / (1.0 + zz / n);
    let half = Z95 / (1.0 + zz / n) * (p * (1.0 - p) / n + zz / (4.0 * n * n)).sqrt();
    Some((
        rounded((middle - half).max(0.0)),
        rounded((middle + half).min(1.0)),
    ))
}

/// A quantile by linear interpolation between the ordered values.
#[must_use]
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * float(last);
    let below = (0..=last).rev().find(|i| float(*i) <= place).unwrap_or(0);
    let above = (below + 1).min(last);
    let part = place - float(below);
    Some(rounded(
        sorted[below] + (sorted[above] - sorted[below]) * part,
    ))
}

/// The middle value.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The mean.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| rounded(values.iter().sum::<f64>() / float(values.len())))
}

/// The chance that one of `yes` is above one of `no`, ties by half, with the interval of Hanley
/// and `McNeil`.
#[must_use]
pub fn auc(yes: &[f64], no: &[f64]) -> Option<(f64, f64, f64)> {
    if yes.is_empty() || no.is_empty() {
        return None;
    }
    let mut sum = 0.0;
    for a in yes {
        for b in no {
            sum += match a.total_cmp(b) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    let (m, n) = (float(yes.len()), float(no.len()));
    let a = sum / (m * n);
    let (q1, q2) = (a / (2.0 - a), 2.0 * a * a / (1.0 + a));
    let variance = (a * (1.0 - a) + (m - 1.0) * (q1 - a * a) + (n - 1.0) * (q2 - a * a)) / (m * n);
    let half = Z95 * variance.max(0.0).sqrt();
    Some((
        rounded(a),
        rounded((a - half).max(0.0)),
        rounded((a + half).min(1.0)),
    ))
}

/// Half the sum of the differences of two distributions: 0 the same, 1 disjoint.
#[must_use]
pub fn total_variation(p: &[f64], q: &[f64]) -> f64 {
    rounded(p.iter().zip(q).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0)
}

/// The sum of squared shares of some amounts.
#[must_use]
pub fn concentration(amounts: &[i64]) -> Option<f64> {
    let total: f64 = amounts.iter().map(|fen| yuan(*fen)).sum();
    (total > 0.0).then(|| rounded(amounts.iter().map(|fen| (yuan(*fen) / total).powi(2)).sum()))
}

/// How far groups differ from each other beside the spread inside them, ICC(1).
#[must_use]
pub fn icc(groups: &[Vec<f64>]) -> Option<f64> {
    let groups: Vec<&Vec<f64>> = groups.iter().filter(|g| g.len() > 1).collect();
    let all: usize = groups.iter().map(|g| g.len()).sum();
    if groups.len() < 2 || all <= groups.len() {
        return None;
    }
    let grand = groups.iter().flat_map(|g| g.iter()).sum::<f64>() / float(all);
    let (mut between, mut within) = (0.0, 0.0);
    for group in &groups {
        let own = group.iter().sum::<f64>() / float(group.len());
        between += float(group.len()) * (own - grand).powi(2);
        within += group.iter().map(|v| (v - own).powi(2)).sum::<f64>();
    }
    let k = float(groups.len());
    let (msb, msw) = (between / (k - 1.0), within / (float(all) - k));
    let mean_size = float(all) / k;
    let bottom = msb + (mean_size - 1.0) * msw;
    (bottom > 0.0).then(|| rounded((msb - msw) / bottom))
}

/// A round distance between ticks: about eight of them over a span.
#[must_use]
pub fn step(span: f64) -> f64 {
    let rough = (span / 8.0).max(1e-6);
    let tens = 10_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|n| n * tens)
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * tens)
}

/// Bins of a width over some values: the edges and the counts.
#[must_use]
pub fn bins(values: &[f64], width: f64) -> (Vec<f64>, Vec<usize>) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !low.is_finite() || !high.is_finite() || width <= 0.0 {
        return (vec![0.0, width.max(1.0)], vec![0]);
    }
    let first = (low / width).floor() * width;
    let mut edges = vec![first];
    while edges.last().is_some_and(|edge| *edge <= high) && edges.len() < 400 {
        edges.push(first + width * float(edges.len()));
    }
    let counts = edges
        .windows(2)
        .map(|edge| {
            values
                .iter()
                .filter(|v| **v >= edge[0] && **v < edge[1])
                .count()
        })
        .collect();
    (edges, counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_intervals_are_those_of_the_tables() {
        // 30 of 30, 28 of 30, 24 of 30: as published for the satisfaction of thirty people
        for (hits, low, high) in [(30, 0.886, 1.0), (28, 0.787, 0.982), (24, 0.627, 0.905)] {
            let (a, b) = wilson(hits, 30).unwrap();
            assert!(
                (a - low).abs() < 6e-4 && (b - high).abs() < 6e-4,
                "{hits}: {a} {b}"
            );
        }
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(3, 2), None);
    }

    #[test]
    fn the_middle_and_the_edges() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(median(&values), Some(2.5));
        assert_eq!(quantile(&values, 0.9), Some(3.7));
        assert_eq!(quantile(&values, 1.0), Some(4.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn orders_and_spreads() {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(near(auc(&[3.0, 4.0], &[1.0, 2.0]).unwrap().0, 1.0));
        assert!(near(auc(&[1.0], &[1.0]).unwrap().0, 0.5));
        assert!(near(total_variation(&[1.0, 0.0], &[0.0, 1.0]), 1.0));
        assert_eq!(concentration(&[100, 100]), Some(0.5));
        assert_eq!(icc(&[vec![1.0, 1.0], vec![2.0, 2.0]]), Some(1.0));
        assert!(icc(&[vec![1.0, 2.0], vec![1.0, 2.0]]).unwrap() <= 0.0);
    }
}
