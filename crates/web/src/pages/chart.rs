//! A licence through time as a picture: seats in use, seats there are, when nobody could look, and
//! when the last free seat is likely to go.

use std::fmt::Write as _;

use domain::{Forecast, Units};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use store::History;

use crate::format;
use crate::words::Words;

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 260.0;
/// Room for the numbers at the left and the days below.
const LEFT: f64 = 52.0;
const BOTTOM: f64 = 24.0;
const TOP: f64 = 8.0;
const RIGHT: f64 = 8.0;

/// Days are written at about so many places.
const DAYS_WRITTEN: i64 = 6;
/// Numbers are written at about so many heights.
const NUMBERS_WRITTEN: i64 = 4;

/// The parts of the picture, as attributes of SVG.
#[derive(Debug, Default)]
pub(crate) struct Chart {
    pub(crate) used: String,
    pub(crate) area: String,
    pub(crate) capacity: String,
    /// The likely way to the last free seat, and the band of what else may be. Empty: not known.
    pub(crate) ahead: String,
    pub(crate) band: String,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) days: Vec<Mark>,
    pub(crate) numbers: Vec<Mark>,
}

/// A stretch in which nobody could look.
#[derive(Debug, PartialEq)]
pub(crate) struct Gap {
    pub(crate) x: String,
    pub(crate) width: String,
    pub(crate) why: &'static str,
}

/// A line of the grid with what it stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) at: String,
    pub(crate) text: String,
}

/// What a picture is made of.
pub(crate) struct Sketch<'a> {
    pub(crate) history: &'a History,
    pub(crate) forecast: Option<&'a Forecast>,
    pub(crate) from: Timestamp,
    pub(crate) now: Timestamp,
    pub(crate) zone: &'a TimeZone,
    pub(crate) words: Words,
}

/// Where times and numbers lie.
struct Scale {
    from: Timestamp,
    until: Timestamp,
    highest: i64,
}

impl Sketch<'_> {
    pub(crate) fn drawn(&self) -> Chart {
        let scale = self.scale();
        let used = self.steps(&scale, |units| units.consumed);
        let mut chart = Chart {
            area: areas(&used, &scale),
            used: path(&used),
            capacity: path(&self.steps(&scale, |units| units.assignable())),
            gaps: self.gaps(&scale),
            days: self.days(&scale),
            numbers: self.numbers(&scale),
            ..Chart::default()
        };
        if let Some((ahead, band)) = self.ahead(&scale) {
            chart.ahead = ahead;
            chart.band = band;
        }
        chart
    }

    /// The future takes up to a third of the width.
    fn scale(&self) -> Scale {
        let shown = self.now.duration_since(self.from);
        let future = match self.forecast {
            Some(Forecast::RunsOut(out)) => {
                let far = midnight(out.latest.unwrap_or(out.likely), self.zone);
                far.duration_since(self.now)
                    .clamp(SignedDuration::ZERO, shown / 2)
            }
            _ => SignedDuration::ZERO,
        };
        let units = self.history.points.iter().filter_map(|point| point.units);
        let numbers = units.flat_map(|units| [units.consumed, units.assignable()]);
        let highest = numbers.flatten().max().unwrap_or(0).max(1);
        Scale {
            from: self.from,
            until: self.now.saturating_add(future).unwrap_or(self.now),
            highest: highest.saturating_add(highest / 12),
        }
    }

    /// Runs of corners; a run ends where the number is not known.
    fn steps(&self, scale: &Scale, number: impl Fn(Units) -> Option<i64>) -> Vec<Vec<(f64, f64)>> {
        let points = &self.history.points;
        let ends = points
            .iter()
            .skip(1)
            .map(|next| next.from)
            .chain([self.now]);
        let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut going_on = false;
        for (point, end) in points.iter().zip(ends) {
            let Some(number) = point.units.and_then(&number) else {
                going_on = false;
                continue;
            };
            let y = scale.y(number);
            let corners = [(scale.x(point.from), y), (scale.x(end), y)];
            match runs.last_mut().filter(|_| going_on) {
                Some(run) => run.extend(corners),
                None => runs.push(corners.to_vec()),
            }
            going_on = true;
        }
        runs
    }

    fn gaps(&self, scale: &Scale) -> Vec<Gap> {
        let unseen = self.history.unseen.iter();
        let gap = |unseen: &store::Unseen| {
            let (x, end) = (
                scale.x(unseen.from),
                scale.x(unseen.until.unwrap_or(self.now)),
            );
            Gap {
                x: format!("{x:.1}"),
                // One that is narrower could not be seen.
                width: format!("{:.1}", (end - x).max(1.5)),
                why: self.words.cause(unseen.cause),
            }
        };
        unseen.map(gap).collect()
    }

    fn ahead(&self, scale: &Scale) -> Option<(String, String)> {
        let Some(Forecast::RunsOut(out)) = self.forecast else {
            return None;
        };
        let units = self.history.points.last()?.units?;
        let (used, all) = (units.consumed?, units.assignable()?);
        let (x, y, top) = (scale.x(self.now), scale.y(used), scale.y(all));
        // A line that would leave the picture is cut where it does.
        let toward = |day: Date| {
            let at = midnight(day, self.zone);
            let (whole, shown) = (scale.x_beyond(at) - x, scale.x(at) - x);
            let share = if whole > 0.0 { shown / whole } else { 1.0 };
            (x + shown, y + (top - y) * share)
        };
        let (likely, early) = (toward(out.likely), toward(out.earliest));
        let late = out.latest.map_or((scale.x(scale.until), y), toward);
        let ahead = format!("M{x:.1} {y:.1}L{:.1} {:.1}", likely.0, likely.1);
        let band = format!(
            "M{x:.1} {y:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
            early.0, early.1, late.0, late.1
        );
        Some((ahead, band))
    }

    fn days(&self, scale: &Scale) -> Vec<Mark> {
        let whole = scale.until.duration_since(scale.from).as_hours() / 24;
        let every = nice(whole / DAYS_WRITTEN, &[1, 2, 7, 14, 21, 30, 61, 91, 183]);
        let last = scale.until.to_zoned_datetime(self.zone.clone()).date();
        let mut marks = Vec::new();
        let first = scale.from.to_zoned_datetime(self.zone.clone()).date();
        let mut day = first.tomorrow().ok();
        while let Some(this) = day.filter(|day| *day <= last) {
            let x = scale.x(midnight(this, self.zone));
            if x < WIDTH - RIGHT - 24.0 {
                let text = format::short_day(this, self.words.0);
                let at = format!("{x:.1}");
                marks.push(Mark { at, text });
            }
            let span = SignedDuration::from_hours(24 * every);
            day = this.checked_add(span).ok();
        }
        marks
    }

    fn numbers(&self, scale: &Scale) -> Vec<Mark> {
        let every = nice(
            scale.highest / NUMBERS_WRITTEN,
            &[
                1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000,
            ],
        );
        // Beyond the table, so many whole steps of the greatest.
        let every = every.max(scale.highest / (NUMBERS_WRITTEN * 2)).max(1);
        let count = scale.highest / every;
        let mark = |step: i64| Mark {
            at: format!("{:.1}", scale.y(step * every)),
            text: format::number(step * every, self.words.0),
        };
        (0..=count).map(mark).collect()
    }
}

/// The smallest of these steps that is no smaller than what would fit exactly.
fn nice(exact: i64, steps: &[i64]) -> i64 {
    let fits = steps.iter().find(|step| **step >= exact);
    *fits.or(steps.last()).unwrap_or(&1)
}

fn midnight(day: Date, zone: &TimeZone) -> Timestamp {
    day.to_zoned_datetime(zone.clone())
        .map_or(Timestamp::MAX, |midnight| midnight.timestamp())
}

impl Scale {
    fn x(&self, at: Timestamp) -> f64 {
        self.x_beyond(at).clamp(LEFT, WIDTH - RIGHT)
    }

    fn x_beyond(&self, at: Timestamp) -> f64 {
        let whole = self.until.duration_since(self.from).as_secs_f64().max(1.0);
        let since = at.duration_since(self.from).as_secs_f64();
        LEFT + since / whole * (WIDTH - RIGHT - LEFT)
    }

    fn y(&self, number: i64) -> f64 {
        // Seats are far fewer than what a f64 counts exactly.
        let share = number as f64 / self.highest as f64;
        HEIGHT - BOTTOM - share.clamp(0.0, 1.0) * (HEIGHT - BOTTOM - TOP)
    }
}

fn path(runs: &[Vec<(f64, f64)>]) -> String {
    let mut path = String::new();
    for run in runs {
        for (place, (x, y)) in run.iter().enumerate() {
            let command = if place == 0 { 'M' } else { 'L' };
            write!(path, "{command}{x:.1} {y:.1}").expect("a text takes all");
        }
    }
    path
}

/// The same down to the ground.
fn areas(runs: &[Vec<(f64, f64)>], scale: &Scale) -> String {
    let ground = scale.y(0);
    let mut path = String::new();
    for run in runs {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            continue;
        };
        write!(path, "M{:.1} {ground:.1}", first.0).expect("a text takes all");
        for (x, y) in run {
            write!(path, "L{x:.1} {y:.1}").expect("a text takes all");
        }
        write!(path, "L{:.1} {ground:.1}Z", last.0).expect("a text takes all");
    }
    path
}

#[cfg(test)]
mod tests {
    use domain::{Language, RunOut, Status};
    use store::Point;

    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).unwrap()
    }

    fn point(at: i64, consumed: Option<i64>, enabled: i64) -> Point {
        let zero = Some(0);
        Point {
            from: day(at),
            units: Some(Units {
                enabled: Some(enabled),
                warning: zero,
                suspended: zero,
                locked_out: zero,
                consumed,
            }),
            status: Status::Enabled,
        }
    }

    fn drawn(points: Vec<Point>, forecast: Option<&Forecast>) -> Chart {
        let history = History {
            points,
            unseen: Vec::new(),
        };
        let sketch = Sketch {
            history: &history,
            forecast,
            from: day(0),
            now: day(90),
            zone: &TimeZone::UTC,
            words: Words(Language::English),
        };
        sketch.drawn()
    }

    #[test]
    fn what_is_not_known_is_not_drawn() {
        let chart = drawn(
            vec![
                point(0, Some(0), 100),
                point(30, None, 100),
                point(60, Some(50), 100),
            ],
            None,
        );
        assert_eq!(chart.used.matches('M').count(), 2, "{}", chart.used);
        assert_eq!(chart.capacity.matches('M').count(), 1, "{}", chart.capacity);
        assert!(chart.ahead.is_empty() && chart.band.is_empty());
        assert!(drawn(Vec::new(), None).used.is_empty());
    }

    #[test]
    fn why_nobody_could_look_is_said_in_the_readers_language() {
        let unseen = store::Unseen {
            from: day(30),
            until: Some(day(40)),
            cause: domain::Cause::Denied,
            message: "Graph refuses the permission.".to_owned(),
        };
        for (language, expected) in [
            (Language::German, "Zustimmung fehlt"),
            (Language::English, "consent missing"),
        ] {
            let sketch = Sketch {
                history: &History {
                    points: Vec::new(),
                    unseen: vec![unseen.clone()],
                },
                forecast: None,
                from: day(0),
                now: day(90),
                zone: &TimeZone::UTC,
                words: Words(language),
            };
            let gaps = sketch.drawn().gaps;
            assert_eq!(
                gaps.iter().map(|gap| gap.why).collect::<Vec<_>>(),
                [expected]
            );
        }
    }

    #[test]
    fn the_grid_has_whole_numbers_and_days() {
        let chart = drawn(vec![point(0, Some(10), 100)], None);
        let texts: Vec<&str> = chart.numbers.iter().map(|mark| &*mark.text).collect();
        assert_eq!(texts, ["0", "50", "100"]);
        assert!((4..9).contains(&chart.days.len()), "{:?}", chart.days);
        let few = drawn(vec![point(0, Some(1), 3)], None);
        let texts: Vec<&str> = few.numbers.iter().map(|mark| &*mark.text).collect();
        assert_eq!(texts, ["0", "1", "2", "3"]);
        let many = drawn(vec![point(0, Some(1), 4_000_000_000)], None);
        assert!(many.numbers.len() < 12, "{:?}", many.numbers);
    }

    #[test]
    fn a_run_out_beyond_the_picture_is_cut_at_its_edge() {
        let date = |text: &str| text.parse().unwrap();
        let out = Forecast::RunsOut(RunOut {
            earliest: date("1970-05-01"),
            likely: date("1970-12-01"),
            latest: None,
            seats_per_week: 1.0,
        });
        let chart = drawn(vec![point(0, Some(10), 100)], Some(&out));
        let edge = WIDTH - RIGHT;
        assert!(
            chart.ahead.contains(&format!("L{edge:.1}")),
            "{}",
            chart.ahead
        );
        assert!(chart.band.ends_with('Z'));
        assert!(!chart.ahead.contains("NaN") && !chart.band.contains("NaN"));
    }
}
