//! How values move over days, because licences run out over a school year and not in one answer.

use jiff::Timestamp;

/// Seconds of a day. The world knows no leap seconds and no daylight saving time.
pub(crate) const DAY: i64 = 86_400;

/// One day of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    /// Counted from the day on which the simulator starts.
    pub(crate) number: i32,
    /// 0 is Monday.
    pub(crate) weekday: i32,
}

impl Day {
    pub(crate) fn new(at: Timestamp, day0: Timestamp) -> Day {
        let epoch_day = at.as_second().div_euclid(DAY);
        let number = epoch_day - day0.as_second().div_euclid(DAY);
        // The first day of 1970 was a Thursday.
        let weekday = (epoch_day + 3).rem_euclid(7);
        Day {
            number: i32::try_from(number).unwrap_or(i32::MAX),
            weekday: i32::try_from(weekday).expect("a remainder of 7 is small"),
        }
    }
}

/// A number that moves in straight lines from point to point and stands still outside of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Course {
    /// Day and value, by day. Two points on one day are a step.
    points: Vec<(i32, i64)>,
    /// How far a school day strays from the line between two points.
    noise: u32,
    salt: u64,
}

impl Course {
    /// The points must be in order of their days.
    pub(crate) fn new(points: Vec<(i32, i64)>) -> Course {
        Course {
            points,
            ..Course::default()
        }
    }

    pub(crate) fn with_noise(self, noise: u32, salt: u64) -> Course {
        Course {
            noise,
            salt,
            ..self
        }
    }

    /// The value of a day. Points are always met exactly.
    pub(crate) fn at(&self, day: Day) -> i64 {
        let after = self.points.partition_point(|point| point.0 <= day.number);
        let (Some(&start), end) = (
            self.points[..after].last().or(self.points.first()),
            self.points.get(after),
        ) else {
            return 0;
        };
        let Some(&end) = end.filter(|_| after > 0) else {
            return start.1;
        };
        if self.noise == 0 {
            return between(start, end, day.number);
        }
        let friday = day.number - (day.weekday - 4).max(0);
        let school_day = friday.max(start.0);
        if school_day == start.0 {
            return start.1;
        }
        (between(start, end, school_day) + self.stray(school_day)).max(0)
    }

    fn stray(&self, day: i32) -> i64 {
        let width = 2 * u64::from(self.noise) + 1;
        let chance = mix(self.salt ^ u64::from(day.unsigned_abs())) % width;
        i64::try_from(chance).expect("a remainder of 33 bits fits") - i64::from(self.noise)
    }
}

fn between(start: (i32, i64), end: (i32, i64), day: i32) -> i64 {
    let span = i128::from(i64::from(end.0) - i64::from(start.0));
    let gone = i128::from(i64::from(day) - i64::from(start.0));
    let rise = i128::from(end.1) - i128::from(start.1);
    let value = i128::from(start.1) + (2 * rise * gone + span).div_euclid(2 * span);
    i64::try_from(value).expect("a value between two values of 64 bits has 64 bits")
}

/// A value that holds from its day until the next one's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Steps<T>(pub(crate) Vec<(i32, T)>);

impl<T> Steps<T> {
    pub(crate) fn constant(value: T) -> Steps<T> {
        Steps(vec![(0, value)])
    }

    /// The value of a day; the first one's before it.
    pub(crate) fn at(&self, day: Day) -> Option<&T> {
        let after = self.0.partition_point(|step| step.0 <= day.number);
        self.0.get(after.max(1) - 1).map(|step| &step.1)
    }
}

/// Spreads the bits of a number, so that neighbours have nothing in common (splitmix64).
pub(crate) fn mix(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-11-02 was a Monday.
    fn day(number: i32) -> Day {
        let monday: Timestamp = "2026-11-02T12:00:00Z".parse().unwrap();
        let seconds = i64::from(number) * DAY;
        Day::new(
            Timestamp::from_second(monday.as_second() + seconds).unwrap(),
            monday,
        )
    }

    #[test]
    fn days_know_their_weekday() {
        let check = |number, weekday| assert_eq!(day(number), Day { number, weekday });
        check(0, 0);
        check(4, 4);
        check(6, 6);
        check(7, 0);
        check(-1, 6);
        check(-180, 2);
    }

    #[test]
    fn a_day_ends_at_midnight() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let check = |instant, number| {
            assert_eq!(
                Day::new(at(instant), at("2026-11-02T18:00:00Z")).number,
                number
            );
        };
        check("2026-11-02T00:00:00Z", 0);
        check("2026-11-02T23:59:59Z", 0);
        check("2026-11-03T00:00:00Z", 1);
        check("2026-11-01T23:59:59Z", -1);
        check("1969-12-31T23:59:59Z", -20_760);
    }

    #[test]
    fn a_course_is_straight_between_points_and_flat_outside() {
        let course = Course::new(vec![(-180, 150), (-90, 178), (0, 198)]);
        let check = |number, value| assert_eq!(course.at(day(number)), value, "day {number}");
        check(-1000, 150);
        check(-180, 150);
        check(-135, 164);
        check(-90, 178);
        check(-45, 188);
        check(0, 198);
        check(1000, 198);
    }

    #[test]
    fn two_points_on_a_day_are_a_step() {
        let course = Course::new(vec![(-30, 100), (-10, 100), (-10, 150), (0, 150)]);
        let check = |number, value| assert_eq!(course.at(day(number)), value, "day {number}");
        check(-11, 100);
        check(-10, 150);
        check(-9, 150);
    }

    #[test]
    fn noise_leaves_points_and_weekends_alone() {
        let points = vec![(-28, 500), (0, 540)];
        let line = Course::new(points.clone());
        let course = Course::new(points).with_noise(3, 7);
        assert_eq!(course.at(day(-28)), 500);
        assert_eq!(course.at(day(0)), 540);
        let (friday, saturday, sunday) = (day(-10), day(-9), day(-8));
        assert_eq!(friday.weekday, 4);
        assert_eq!(course.at(saturday), course.at(friday));
        assert_eq!(course.at(sunday), course.at(friday));
        let strays = (-27..0).filter(|&number| {
            let weekday = day(number).weekday;
            weekday < 5 && course.at(day(number)) != line.at(day(number))
        });
        assert!(strays.count() > 5, "noise is visible");
    }

    #[test]
    fn steps_hold_until_the_next() {
        let steps = Steps(vec![(-30, "Enabled"), (-5, "Warning")]);
        let check = |number, value| assert_eq!(steps.at(day(number)), Some(&value));
        check(-100, "Enabled");
        check(-6, "Enabled");
        check(-5, "Warning");
        check(9, "Warning");
        assert_eq!(Steps::<u8>(Vec::new()).at(day(0)), None);
    }

    proptest! {
        #[test]
        fn a_course_stays_between_its_points_and_their_noise(
            mut points in proptest::collection::vec((-400..400, 0..100_000_i64), 1..8),
            noise in 0..9_u32,
            salt: u64,
            number in -500..500,
        ) {
            points.sort_by_key(|point| point.0);
            let values = points.iter().map(|point| point.1);
            let (least, most) = (values.clone().min().unwrap(), values.max().unwrap());
            let value = Course::new(points).with_noise(noise, salt).at(day(number));
            let noise = i64::from(noise);
            prop_assert!((least - noise..=most + noise).contains(&value));
        }
    }
}
