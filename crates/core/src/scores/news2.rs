//! National Early Warning Score 2 (NEWS2): points for seven measurements, their sum, and how great the clinical risk is.
//!
//! The tables are those of the standard, unchanged; a set that is not whole has a sum so far, and says what is missing.
//! What it does not do: choose the scale of oxygen saturation (a doctor decides on scale 2), or score children and women
//! in pregnancy, for whom the standard is not made.
//! Spec: Royal College of Physicians, National Early Warning Score (NEWS) 2, London 2017, charts 1 and 2.

/// A band of values, both ends within, and its points.
pub type Band = (i64, i64, u8);

const LOW: i64 = i64::MIN;
const HIGH: i64 = i64::MAX;

/// Breaths per minute.
pub const RESPIRATION: &[Band] = &[(LOW, 8, 3), (9, 11, 1), (12, 20, 0), (21, 24, 2), (25, HIGH, 3)];
/// Oxygen saturation in per cent, scale 1.
pub const SATURATION_1: &[Band] = &[(LOW, 91, 3), (92, 93, 2), (94, 95, 1), (96, HIGH, 0)];
/// The same on scale 2, breathing air.
pub const SATURATION_2_AIR: &[Band] = &[(LOW, 83, 3), (84, 85, 2), (86, 87, 1), (88, HIGH, 0)];
/// The same on scale 2, given oxygen.
pub const SATURATION_2_OXYGEN: &[Band] =
    &[(LOW, 83, 3), (84, 85, 2), (86, 87, 1), (88, 92, 0), (93, 94, 1), (95, 96, 2), (97, HIGH, 3)];
/// Systolic blood pressure in millimetres of mercury.
pub const SYSTOLIC: &[Band] = &[(LOW, 90, 3), (91, 100, 2), (101, 110, 1), (111, 219, 0), (220, HIGH, 3)];
/// Heart beats per minute.
pub const PULSE: &[Band] = &[(LOW, 40, 3), (41, 50, 1), (51, 90, 0), (91, 110, 1), (111, 130, 2), (131, HIGH, 3)];
/// Temperature in tenths of a degree.
pub const TEMPERATURE: &[Band] = &[(LOW, 350, 3), (351, 360, 1), (361, 380, 0), (381, 390, 1), (391, HIGH, 2)];
/// Points for being given oxygen.
pub const OXYGEN: u8 = 2;
/// Points for any state that is not alert.
pub const NOT_ALERT: u8 = 3;

/// Which scale of oxygen saturation holds for a patient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// For most.
    #[default]
    One,
    /// With a prescribed target of 88 to 92 per cent, in hypercapnic respiratory failure.
    Two,
}

/// How conscious somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consciousness {
    /// Alert.
    Alert,
    /// Newly confused.
    Confused,
    /// Answers to the voice.
    Voice,
    /// Answers to pain.
    Pain,
    /// Does not answer.
    Unresponsive,
}

impl Consciousness {
    /// All, in the order of the chart: A C V P U.
    pub const ALL: [Consciousness; 5] = [
        Consciousness::Alert,
        Consciousness::Confused,
        Consciousness::Voice,
        Consciousness::Pain,
        Consciousness::Unresponsive,
    ];

    /// Its letter.
    pub fn letter(self) -> &'static str {
        match self {
            Consciousness::Alert => "A",
            Consciousness::Confused => "C",
            Consciousness::Voice => "V",
            Consciousness::Pain => "P",
            Consciousness::Unresponsive => "U",
        }
    }

    /// The state with a letter.
    pub fn of_letter(letter: &str) -> Option<Consciousness> {
        Consciousness::ALL.into_iter().find(|state| state.letter() == letter)
    }
}

/// A set of measurements; what was not measured is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vitals {
    /// Breaths per minute.
    pub respiration: Option<i64>,
    /// Oxygen saturation in per cent.
    pub saturation: Option<i64>,
    /// On which scale.
    pub scale: Scale,
    /// Whether oxygen is given.
    pub oxygen: Option<bool>,
    /// Systolic blood pressure.
    pub systolic: Option<i64>,
    /// Heart beats per minute.
    pub pulse: Option<i64>,
    /// How conscious.
    pub consciousness: Option<Consciousness>,
    /// Temperature in tenths of a degree.
    pub temperature: Option<i64>,
}

/// How great the clinical risk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// 0 to 4 points.
    Low,
    /// 3 points for one measurement alone.
    LowMedium,
    /// 5 or 6 points.
    Medium,
    /// 7 points or more.
    High,
}

/// Points for each measurement, and together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// For breaths.
    pub respiration: Option<u8>,
    /// For saturation.
    pub saturation: Option<u8>,
    /// For oxygen.
    pub oxygen: Option<u8>,
    /// For blood pressure.
    pub systolic: Option<u8>,
    /// For pulse.
    pub pulse: Option<u8>,
    /// For consciousness.
    pub consciousness: Option<u8>,
    /// For temperature.
    pub temperature: Option<u8>,
}

/// The bands of oxygen saturation that hold.
pub fn saturation(scale: Scale, oxygen: bool) -> &'static [Band] {
    match (scale, oxygen) {
        (Scale::One, _) => SATURATION_1,
        (Scale::Two, false) => SATURATION_2_AIR,
        (Scale::Two, true) => SATURATION_2_OXYGEN,
    }
}

/// The points of a value among bands.
pub fn points(bands: &[Band], value: i64) -> u8 {
    bands.iter().find(|(low, high, _)| (*low..=*high).contains(&value)).map_or(0, |(_, _, points)| *points)
}

/// The points of a set.
pub fn score(vitals: &Vitals) -> Score {
    let of = |bands: &[Band], value: Option<i64>| value.map(|value| points(bands, value));
    // On scale 2 the points depend on whether oxygen is given; where that is not known they are not either.
    let bands = match (vitals.scale, vitals.oxygen) {
        (Scale::One, _) => Some(SATURATION_1),
        (Scale::Two, oxygen) => oxygen.map(|oxygen| saturation(Scale::Two, oxygen)),
    };
    Score {
        respiration: of(RESPIRATION, vitals.respiration),
        saturation: bands.and_then(|bands| of(bands, vitals.saturation)),
        oxygen: vitals.oxygen.map(|given| if given { OXYGEN } else { 0 }),
        systolic: of(SYSTOLIC, vitals.systolic),
        pulse: of(PULSE, vitals.pulse),
        consciousness: vitals.consciousness.map(|state| if state == Consciousness::Alert { 0 } else { NOT_ALERT }),
        temperature: of(TEMPERATURE, vitals.temperature),
    }
}

impl Score {
    /// All points, in the order of the chart.
    pub fn parts(&self) -> [Option<u8>; 7] {
        [
            self.respiration,
            self.saturation,
            self.oxygen,
            self.systolic,
            self.pulse,
            self.consciousness,
            self.temperature,
        ]
    }

    /// The sum, of what was measured.
    pub fn sum(&self) -> u8 {
        self.parts().into_iter().flatten().sum()
    }

    /// How many of the seven are missing.
    pub fn missing(&self) -> usize {
        self.parts().into_iter().filter(Option::is_none).count()
    }

    /// How great the risk is, if all was measured.
    pub fn risk(&self) -> Option<Risk> {
        (self.missing() == 0).then(|| risk(self.sum(), self.parts().contains(&Some(3))))
    }
}

/// How great the risk is at a sum, and with 3 points for a single measurement or without.
pub fn risk(sum: u8, three_in_one: bool) -> Risk {
    match sum {
        7.. => Risk::High,
        5.. => Risk::Medium,
        _ if three_in_one => Risk::LowMedium,
        _ => Risk::Low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every border of the standard's table, from below and above.
    #[test]
    fn points_are_those_of_the_table() {
        let check = |bands: &[Band], cases: &[(i64, u8)]| {
            for (value, expected) in cases {
                assert_eq!(points(bands, *value), *expected, "{value}");
            }
        };
        check(RESPIRATION, &[(0, 3), (8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3), (60, 3)]);
        check(SATURATION_1, &[(50, 3), (91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0), (100, 0)]);
        check(SATURATION_2_AIR, &[(83, 3), (84, 2), (85, 2), (86, 1), (87, 1), (88, 0), (92, 0), (93, 0), (100, 0)]);
        let given = [(83, 3), (84, 2), (85, 2), (86, 1), (87, 1), (88, 0), (92, 0), (93, 1), (94, 1), (95, 2), (96, 2)];
        check(SATURATION_2_OXYGEN, &given);
        check(SATURATION_2_OXYGEN, &[(97, 3), (100, 3)]);
        check(SYSTOLIC, &[(60, 3), (90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3)]);
        let beats = [(30, 3), (40, 3), (41, 1), (50, 1), (51, 0), (90, 0), (91, 1), (110, 1), (111, 2), (130, 2)];
        check(PULSE, &beats);
        check(PULSE, &[(131, 3), (200, 3)]);
        let warm = [(350, 3), (351, 1), (360, 1), (361, 0), (380, 0), (381, 1), (390, 1), (391, 2), (420, 2)];
        check(TEMPERATURE, &warm);
    }

    #[test]
    fn bands_leave_no_value_out_and_count_none_twice() {
        let all = [RESPIRATION, SATURATION_1, SATURATION_2_AIR, SATURATION_2_OXYGEN, SYSTOLIC, PULSE, TEMPERATURE];
        for bands in all {
            assert_eq!((bands[0].0, bands[bands.len() - 1].1), (LOW, HIGH));
            for pair in bands.windows(2) {
                assert_eq!(pair[0].1 + 1, pair[1].0, "{bands:?}");
            }
        }
    }

    fn whole() -> Vitals {
        Vitals {
            respiration: Some(16),
            saturation: Some(97),
            scale: Scale::One,
            oxygen: Some(false),
            systolic: Some(130),
            pulse: Some(72),
            consciousness: Some(Consciousness::Alert),
            temperature: Some(370),
        }
    }

    #[test]
    fn a_sum_says_how_great_the_risk_is() {
        let check = |vitals: Vitals, sum: u8, risk: Risk| {
            let score = score(&vitals);
            assert_eq!((score.sum(), score.risk()), (sum, Some(risk)), "{vitals:?}");
        };
        check(whole(), 0, Risk::Low);
        check(Vitals { pulse: Some(96), temperature: Some(383), ..whole() }, 2, Risk::Low);
        // One measurement of 3 is more than a sum of 3.
        check(Vitals { consciousness: Some(Consciousness::Confused), ..whole() }, 3, Risk::LowMedium);
        check(Vitals { respiration: Some(22), pulse: Some(96), ..whole() }, 3, Risk::Low);
        let ill = Vitals { respiration: Some(22), saturation: Some(94), pulse: Some(96), ..whole() };
        check(Vitals { temperature: Some(383), ..ill }, 5, Risk::Medium);
        check(Vitals { temperature: Some(383), oxygen: Some(true), ..ill }, 7, Risk::High);
    }

    #[test]
    fn a_set_that_is_not_whole_has_no_risk() {
        let part = Vitals { consciousness: None, ..whole() };
        assert_eq!((score(&part).missing(), score(&part).risk()), (1, None));
        assert_eq!(score(&Vitals::default()).missing(), 7);
    }

    #[test]
    fn on_scale_two_oxygen_decides() {
        let two = Vitals { scale: Scale::Two, saturation: Some(95), ..whole() };
        assert_eq!(score(&two).saturation, Some(0));
        assert_eq!(score(&Vitals { oxygen: Some(true), ..two }).saturation, Some(2));
        assert_eq!(score(&Vitals { oxygen: None, ..two }).saturation, None);
    }

    #[test]
    fn letters_are_read_back() {
        for state in Consciousness::ALL {
            assert_eq!(Consciousness::of_letter(state.letter()), Some(state));
        }
        assert_eq!(Consciousness::of_letter("X"), None);
    }
}
