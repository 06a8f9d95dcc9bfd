//! Dates as file systems write them, of seconds since 1970, in UTC.

struct Date {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Date {
    fn of(seconds: u64) -> Date {
        let (days, time) = (seconds / 86_400, seconds % 86_400);
        // years begin in March, so that a leap day ends one: the 1st of March of year 0 is day 0 of an era of 400 years
        let days = days + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let (after_march, month_number) = match month {
            0..=9 => (0, month + 3),
            _ => (1, month - 9),
        };
        Date {
            year: era * 400 + year + after_march,
            month: month_number,
            day: day - (153 * month + 2) / 5 + 1,
            hour: time / 3600,
            minute: time / 60 % 60,
            second: time % 60,
        }
    }
}

/// ECMA-119, section 9.1.5; a year later than 2155 is that one.
pub fn date(seconds: u64) -> [u8; 7] {
    let date = Date::of(seconds);
    let year = (date.year - 1900).min(255);
    [
        year,
        date.month,
        date.day,
        date.hour,
        date.minute,
        date.second,
        0,
    ]
    .map(|it| it as u8)
}

/// ECMA-119, section 8.4.26.1: sixteen digits and the time zone.
pub fn digits(seconds: u64) -> [u8; 17] {
    let date = Date::of(seconds);
    let mut written = [0; 17];
    let text = format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}00",
        date.year.min(9999),
        date.month,
        date.day,
        date.hour,
        date.minute,
        date.second
    );
    written[..16].copy_from_slice(text.as_bytes());
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_the_dates_that_date_prints() {
        for (seconds, text) in [
            (0, "1970010100000000"),
            (315_532_800, "1980010100000000"),
            (951_782_399, "2000022823595900"),
            (951_782_400, "2000022900000000"),
            (951_868_800, "2000030100000000"),
            (1_709_210_096, "2024022912345600"),
            (1_798_675_199, "2026123023595900"),
            (4_107_542_400, "2100030100000000"),
        ] {
            assert_eq!(&digits(seconds)[..16], text.as_bytes(), "{seconds}");
        }
        assert_eq!(date(1_709_210_096), [124, 2, 29, 12, 34, 56, 0]);
        assert_eq!(date(u64::MAX / 1000)[0], 255);
    }
}
