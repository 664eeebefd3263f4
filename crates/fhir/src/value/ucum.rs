//! UCUM unit expressions turned into canonical base units with an exact factor.
//!
//! Promises: two expressions of the same unit get the same canonical text, so `1 g/L` and `1000 mg/L` meet exactly;
//! an unknown unit or a malformed expression is `None`. Annotations in braces count as 1. It does not print or
//! translate unit names. <https://ucum.org/ucum>

use super::decimal::Decimal;
use super::ratio::Ratio;
use super::ucum_units::{BASES, BINARY_PREFIXES, DEFINITIONS, Definition, PREFIXES};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::sync::{OnceLock, PoisonError, RwLock};

/// The longest unit expression read.
pub const LENGTH_MAX: usize = 200;
/// How deep brackets and definitions may nest.
const DEPTH_MAX: u32 = 24;
/// The greatest power of one unit.
const EXPONENT_MAX: i32 = 99;

/// Units that were read and are remembered; a record uses some hundred.
const KNOWN_MAX: usize = 1000;

/// A unit in base units.
#[derive(Clone, Debug, PartialEq)]
pub struct Canonical {
    /// The base units, as `g.m-3`; `1` for a bare number.
    pub unit: String,
    factor: Ratio,
    offset: Decimal,
}

impl Canonical {
    /// Reads a unit expression such as `mg/dL`, `10*3/uL`, `mm[Hg]` or `Cel`. Reading one takes longer than most else that is
    /// done with a quantity, so units are remembered.
    pub fn parse(unit: &str) -> Option<Canonical> {
        static KNOWN: OnceLock<RwLock<HashMap<Box<str>, Canonical>>> = OnceLock::new();
        let known = KNOWN.get_or_init(RwLock::default);
        if let Some(found) = known.read().unwrap_or_else(PoisonError::into_inner).get(unit) {
            return Some(found.clone());
        }
        let read = Canonical::read(unit)?;
        let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < KNOWN_MAX {
            known.insert(unit.into(), read.clone());
        }
        Some(read)
    }

    fn read(unit: &str) -> Option<Canonical> {
        if let Some((offset, factor)) = shifted(unit) {
            return Some(Canonical { unit: "K".to_string(), factor, offset });
        }
        let worth = parse(unit, 0)?;
        Some(Canonical { unit: worth.name(), factor: worth.factor, offset: Decimal::ZERO })
    }

    /// A value of this unit in base units, exact or to 28 significant digits; `None` if it needs more digits than are kept.
    pub fn value(&self, value: Decimal) -> Option<Decimal> {
        self.ratio(value)?.decimal()
    }

    /// A value of this unit in base units, exact.
    pub(super) fn ratio(&self, value: Decimal) -> Option<Ratio> {
        Ratio::of(value.plus(self.offset).ok()?)?.times(self.factor)
    }
}

/// The temperature scales whose zero is not zero kelvin: what is added before the factor.
fn shifted(unit: &str) -> Option<(Decimal, Ratio)> {
    let bare = unit.split('{').next().unwrap_or(unit);
    let (offset, factor) = match bare {
        "Cel" => ("273.15", Ratio::ONE),
        "[degF]" => ("459.67", Ratio::of(Decimal::from(5))?.times(Ratio::of(Decimal::from(9))?.power(-1)?)?),
        _ => return None,
    };
    (bare.len() == unit.len() || unit.ends_with('}')).then_some((Decimal::parse(offset).ok()?, factor))
}

/// A factor and the powers of base units, sorted by name, none of them zero.
#[derive(Clone, Debug)]
struct Worth {
    factor: Ratio,
    powers: SmallVec<[(&'static str, i32); 6]>,
}

impl Worth {
    fn number(factor: Ratio) -> Worth {
        Worth { factor, powers: SmallVec::new() }
    }

    fn times(mut self, other: &Worth) -> Option<Worth> {
        self.factor = self.factor.times(other.factor)?;
        for &(base, power) in &other.powers {
            match self.powers.binary_search_by(|(name, _)| name.cmp(&base)) {
                Ok(at) => {
                    self.powers[at].1 += power;
                    if self.powers[at].1 == 0 {
                        self.powers.remove(at);
                    }
                }
                Err(at) => self.powers.insert(at, (base, power)),
            }
        }
        Some(self)
    }

    fn power(mut self, exponent: i32) -> Option<Worth> {
        if exponent.abs() > EXPONENT_MAX {
            return None;
        }
        self.factor = self.factor.power(exponent)?;
        for (_, power) in &mut self.powers {
            *power = power.checked_mul(exponent)?;
        }
        self.powers.retain(|(_, power)| *power != 0);
        Some(self)
    }

    fn name(&self) -> String {
        if self.powers.is_empty() {
            return "1".to_string();
        }
        let mut name = String::new();
        for (base, power) in &self.powers {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(base);
            if *power != 1 {
                name.push_str(&power.to_string());
            }
        }
        name
    }
}

fn parse(text: &str, depth: u32) -> Option<Worth> {
    if text.len() > LENGTH_MAX {
        return None;
    }
    if text.is_empty() {
        return Some(Worth::number(Ratio::ONE));
    }
    let mut reader = Reader { text, at: 0 };
    let worth = reader.term(depth)?;
    (reader.at == text.len()).then_some(worth)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn digits(&mut self) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    fn term(&mut self, depth: u32) -> Option<Worth> {
        if depth > DEPTH_MAX {
            return None;
        }
        let mut worth = Worth::number(Ratio::ONE);
        let mut exponent = if self.take(b'/') { -1 } else { 1 };
        loop {
            worth = worth.times(&self.component(depth)?.power(exponent)?)?;
            exponent = match self.peek() {
                Some(b'.') => 1,
                Some(b'/') => -1,
                _ => return Some(worth),
            };
            self.at += 1;
        }
    }

    fn component(&mut self, depth: u32) -> Option<Worth> {
        if self.take(b'(') {
            let worth = self.term(depth + 1)?;
            if !self.take(b')') {
                return None;
            }
            self.annotation()?;
            return Some(worth);
        }
        if self.peek() == Some(b'{') {
            self.annotation()?;
            return Some(Worth::number(Ratio::ONE));
        }
        let digits = self.digits();
        let worth = if digits.is_empty() {
            atom(self.symbol()?, depth)?.power(self.exponent()?)?
        } else if digits == "10" && (self.take(b'*') || self.take(b'^')) {
            Worth::number(Ratio::power_of_ten(self.exponent()?))
        } else {
            Worth::number(Ratio::of(Decimal::parse(digits).ok()?)?)
        };
        self.annotation()?;
        Some(worth)
    }

    /// The letters of a unit; what stands in square brackets belongs to it whole.
    fn symbol(&mut self) -> Option<&'a str> {
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'[' => self.at += self.text[self.at..].find(']')? + 1,
                b'.' | b'/' | b'(' | b')' | b'{' | b'}' | b'+' | b'-' | b'0'..=b'9' | b' ' => break,
                // The rest of a character longer than a byte is passed over with it.
                _ => self.at += self.text[self.at..].chars().next().map_or(1, char::len_utf8),
            }
        }
        (self.at > start).then(|| &self.text[start..self.at])
    }

    fn exponent(&mut self) -> Option<i32> {
        let sign = if self.take(b'-') {
            -1
        } else if self.take(b'+') || self.peek().is_some_and(|b| b.is_ascii_digit()) {
            1
        } else {
            return Some(1);
        };
        let exponent: i32 = self.digits().parse().ok()?;
        (exponent <= EXPONENT_MAX).then_some(sign * exponent)
    }

    fn annotation(&mut self) -> Option<()> {
        while self.take(b'{') {
            self.at += self.text[self.at..].find('}')? + 1;
        }
        Some(())
    }
}

enum Unit {
    Base(&'static str, bool),
    Made(&'static Definition),
}

fn units() -> &'static HashMap<&'static str, Unit> {
    static UNITS: OnceLock<HashMap<&'static str, Unit>> = OnceLock::new();
    UNITS.get_or_init(|| {
        let bases = BASES.iter().map(|&(code, metric)| (code, Unit::Base(code, metric)));
        bases.chain(DEFINITIONS.iter().map(|definition| (definition.code, Unit::Made(definition)))).collect()
    })
}

fn atom(symbol: &str, depth: u32) -> Option<Worth> {
    if depth > DEPTH_MAX {
        return None;
    }
    if let Some(unit) = units().get(symbol) {
        return worth(unit, depth);
    }
    for (prefix, ten) in PREFIXES {
        if let Some(unit) = symbol.strip_prefix(prefix).and_then(|rest| units().get(rest)).filter(|u| u.is_metric()) {
            return worth(unit, depth)?.times(&Worth::number(Ratio::power_of_ten(*ten)));
        }
    }
    for (prefix, factor) in BINARY_PREFIXES {
        if let Some(unit) = symbol.strip_prefix(prefix).and_then(|rest| units().get(rest)).filter(|u| u.is_metric()) {
            return worth(unit, depth)?.times(&Worth::number(Ratio::of(Decimal::parse(factor).ok()?)?));
        }
    }
    None
}

impl Unit {
    fn is_metric(&self) -> bool {
        match self {
            Unit::Base(_, metric) => *metric,
            Unit::Made(definition) => definition.metric,
        }
    }
}

fn worth(unit: &Unit, depth: u32) -> Option<Worth> {
    match unit {
        Unit::Base(code, _) => {
            let mut worth = Worth::number(Ratio::ONE);
            worth.powers.push((code, 1));
            Some(worth)
        }
        Unit::Made(definition) => {
            let magnitude = Ratio::parse(definition.magnitude)?;
            parse(definition.unit, depth + 1)?.times(&Worth::number(magnitude))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(value: &str, unit: &str) -> Option<(String, String)> {
        let canonical = Canonical::read(unit)?;
        // Read or remembered, it is the same; also when no more are remembered.
        assert_eq!(
            [Canonical::parse(unit), Canonical::parse(unit)],
            [Some(canonical.clone()), Some(canonical.clone())]
        );
        let value = canonical.value(Decimal::parse(value).unwrap())?;
        Some((value.normal().to_string(), canonical.unit))
    }

    #[test]
    fn unknown_and_malformed_units_are_none() {
        for unit in [
            "mmHg", "kgm", "foo", "m/", "m//s", "(m", "m)", "m{", "m}", "[lb_av", "m 2", "dd", "kmin", "m--2",
            "10*100", "æ", "m2x", ".",
        ] {
            assert_eq!(Canonical::parse(unit), None, "{unit}");
        }
        assert_eq!(Canonical::parse(&"(".repeat(150)), None);
        assert_eq!(Canonical::parse(&"m".repeat(300)), None);
        assert_eq!(Canonical::parse("Cel/min"), None);
    }

    #[test]
    fn every_line_of_the_table_resolves() {
        for definition in DEFINITIONS {
            assert!(Canonical::parse(definition.code).is_some(), "{}", definition.code);
        }
        for (code, _) in BASES {
            assert!(Canonical::parse(code).is_some(), "{code}");
        }
    }

    #[test]
    fn the_same_amount_has_one_canonical_form() {
        let check = |a: (&str, &str), b: (&str, &str)| {
            let (left, right) = (canonical(a.0, a.1), canonical(b.0, b.1));
            assert!(left.is_some(), "{a:?}");
            assert_eq!(left, right, "{a:?} {b:?}");
        };
        check(("1", "g/L"), ("1000", "mg/L"));
        check(("100", "mg/dL"), ("1", "g/L"));
        check(("5", "10*3/uL"), ("5", "10*9/L"));
        check(("1", "kg.m/s2"), ("1", "N"));
        check(("1", "J"), ("1", "W.s"));
        check(("37", "Cel"), ("310.15", "K"));
        check(("98.6", "[degF]"), ("37", "Cel"));
        check(("120", "mm[Hg]"), ("12", "cm[Hg]"));
        check(("60", "/min"), ("1", "/s"));
        check(("1", "1/min"), ("1", "{beats}/min"));
        check(("1", "U/L"), ("1", "umol/min/L"));
        check(("1", "ug/kg/(24.h)"), ("1", "ug/kg/d"));
        check(("1", "[IU]/mL"), ("1000", "[iU]/L"));
        check(("1", "mL/min/(173.10*-2.m2)"), ("100", "mL/min/(173.m2)"));
        check(("16", "[oz_av]"), ("1", "[lb_av]"));
        check(("1", "KiBy"), ("8192", "bit"));
    }

    #[test]
    fn canonical_text_lists_base_units_in_order() {
        assert_eq!(canonical("1", "mm[Hg]").unwrap(), ("133322".into(), "g.m-1.s-2".into()));
        assert_eq!(canonical("5", "%").unwrap(), ("0.05".into(), "1".into()));
        assert_eq!(canonical("1", "mmol/L").unwrap(), ("1".into(), "m-3.mol".into()));
        assert_eq!(canonical("1", "").unwrap(), ("1".into(), "1".into()));
    }
}
