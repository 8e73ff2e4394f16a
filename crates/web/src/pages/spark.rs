//! Small lines beside a number: the seats in use of the last weeks, against those there are.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use domain::{SkuId, TenantKey, Units};
use jiff::{SignedDuration, Timestamp};
use store::{Point, Tenant};

use crate::problem::Error;
use crate::state::App;

/// How far back it looks.
const SPAN: SignedDuration = SignedDuration::from_hours(30 * 24);

const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 24.0;

/// More lines than these are not kept: about a hundred bytes each.
const KEPT: usize = 50_000;

/// What it is kept under: whose, when the tenant last changed, and the day.
type Key = (TenantKey, SkuId);
type Of = (Option<Timestamp>, i64);

/// Lines that were drawn before.
pub(crate) type Sparks = HashMap<Key, (Of, Spark)>;

/// The line as the path data of SVG; empty where nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spark {
    pub(crate) used: Arc<str>,
    pub(crate) capacity: Arc<str>,
}

impl Spark {
    pub(crate) async fn of(
        app: &App,
        tenant: &Tenant,
        sku: SkuId,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let key = (tenant.key.clone(), sku);
        let of = (tenant.changed_at, now.as_second().div_euclid(86_400));
        if let Some((kept, spark)) = app.sparks().get(&key)
            && *kept == of
        {
            return Ok(spark.clone());
        }
        let from = now.saturating_sub(SPAN).unwrap_or(Timestamp::MIN);
        let points = app.store().points(&tenant.key, sku, from, now).await?;
        let spark = Self::through(&points, from, now);
        let mut sparks = app.sparks();
        if sparks.len() >= KEPT {
            sparks.clear();
        }
        sparks.insert(key, (of, spark.clone()));
        Ok(spark)
    }

    fn through(points: &[Point], from: Timestamp, until: Timestamp) -> Self {
        let (used, all) = (
            |units: Units| units.consumed,
            |units: Units| units.assignable(),
        );
        let numbers = points.iter().filter_map(|point| point.units);
        let numbers = numbers
            .flat_map(|units| [used(units), all(units)])
            .flatten();
        let highest = numbers.max().unwrap_or(0).max(1);
        let line = |number: &dyn Fn(Units) -> Option<i64>| {
            let at = |point: &Point| point.units.and_then(number);
            steps(points, &at, highest, from, until)
        };
        Self {
            used: line(&used).into(),
            capacity: line(&all).into(),
        }
    }
}

/// A line that stays until the next point; it breaks where the number is not known.
fn steps(
    points: &[Point],
    number: &dyn Fn(&Point) -> Option<i64>,
    highest: i64,
    from: Timestamp,
    until: Timestamp,
) -> String {
    let span = until.duration_since(from).as_secs_f64().max(1.0);
    let x = |at: Timestamp| {
        let since = at.max(from).duration_since(from).as_secs_f64();
        (since / span * WIDTH).clamp(0.0, WIDTH)
    };
    // Room for half of the line's width above and below.
    let y = |number: i64| HEIGHT - 1.0 - (number as f64 / highest as f64) * (HEIGHT - 2.0);
    let ends = points.iter().skip(1).map(|next| next.from).chain([until]);
    let mut path = String::new();
    let mut drawing = false;
    for (point, end) in points.iter().zip(ends) {
        match number(point) {
            Some(number) => {
                let command = if drawing { 'L' } else { 'M' };
                let (x1, y, x2) = (x(point.from), y(number), x(end));
                write!(path, "{command}{x1:.1} {y:.1}H{x2:.1}").expect("a text takes all");
                drawing = true;
            }
            None => drawing = false,
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use domain::Status;

    use super::*;

    #[test]
    fn a_line_steps_and_breaks_where_nothing_is_known() {
        let at = |day: i64| Timestamp::from_second(day * 86_400).unwrap();
        let units = |consumed, enabled| {
            Some(Units {
                enabled: Some(enabled),
                warning: Some(0),
                suspended: Some(0),
                locked_out: Some(0),
                consumed: Some(consumed),
            })
        };
        let point = |day, units| Point {
            from: at(day),
            units,
            status: Status::Enabled,
        };
        let points = [
            point(0, units(0, 10)),
            point(15, units(5, 10)),
            point(20, None),
            point(25, units(10, 10)),
        ];
        let spark = Spark::through(&points, at(0), at(30));
        assert_eq!(&*spark.used, "M0.0 23.0H48.0L48.0 12.0H64.0M80.0 1.0H96.0");
        assert_eq!(
            &*spark.capacity,
            "M0.0 1.0H48.0L48.0 1.0H64.0M80.0 1.0H96.0"
        );
        assert_eq!(Spark::through(&[], at(0), at(30)), Spark::default());
    }
}
