//! An exact positive ratio `top / bottom * 10^ten`, the factor between two units.
//!
//! Promises: a product or power that does not fit is `None`, never rounded. It is not a number type for values.

use super::decimal::{Decimal, power_of_ten};

/// `top / bottom * 10^ten`, with no common divisor and no factor ten left in either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    top: i128,
    bottom: i128,
    ten: i32,
}

impl Ratio {
    pub const ONE: Ratio = Ratio { top: 1, bottom: 1, ten: 0 };

    /// The ratio of a decimal to one.
    pub fn of(number: Decimal) -> Option<Ratio> {
        Ratio { top: number.digits(), bottom: 1, ten: -i32::try_from(number.scale()).ok()? }.reduced()
    }

    /// Reads a number with an exponent that a decimal could not hold, such as `6.6260755e-34`.
    pub fn parse(text: &str) -> Option<Ratio> {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        Ratio::of(Decimal::parse(mantissa).ok()?)?.times(Ratio::power_of_ten(exponent.parse().ok()?))
    }

    pub fn power_of_ten(ten: i32) -> Ratio {
        Ratio { ten, ..Ratio::ONE }
    }

    pub fn times(self, other: Ratio) -> Option<Ratio> {
        // Reducing crosswise first keeps the products small.
        let (a, b) = (divisor(self.top, other.bottom), divisor(other.top, self.bottom));
        let top = (self.top / a).checked_mul(other.top / b)?;
        let bottom = (self.bottom / b).checked_mul(other.bottom / a)?;
        Ratio { top, bottom, ten: self.ten.checked_add(other.ten)? }.reduced()
    }

    pub fn power(self, exponent: i32) -> Option<Ratio> {
        let base = if exponent < 0 {
            if self.top == 0 {
                return None;
            }
            Ratio { top: self.bottom, bottom: self.top, ten: self.ten.checked_neg()? }
        } else {
            self
        };
        (0..exponent.unsigned_abs().min(1000)).try_fold(Ratio::ONE, |product, _| product.times(base))
    }

    /// The nearest decimal, to 28 significant digits.
    pub fn decimal(self) -> Option<Decimal> {
        let shift = |number: i128, by: u32| number.checked_mul(power_of_ten(by)?);
        let (top, bottom) = if self.ten >= 0 {
            (Decimal::new(shift(self.top, self.ten.unsigned_abs())?, 0).ok()?, self.bottom)
        } else if let Ok(top) = Decimal::new(self.top, self.ten.unsigned_abs()) {
            (top, self.bottom)
        } else {
            (Decimal::new(self.top, 0).ok()?, shift(self.bottom, self.ten.unsigned_abs())?)
        };
        match bottom {
            1 => Some(top.normal()),
            _ => top.divided_by(Decimal::new(bottom, 0).ok()?).ok()?,
        }
    }

    fn reduced(mut self) -> Option<Ratio> {
        if self.bottom == 0 {
            return None;
        }
        if self.top == 0 {
            return Some(Ratio { top: 0, bottom: 1, ten: 0 });
        }
        let common = divisor(self.top, self.bottom);
        self.top /= common;
        self.bottom /= common;
        if self.bottom < 0 {
            self.top = self.top.checked_neg()?;
            self.bottom = self.bottom.checked_neg()?;
        }
        while self.top % 10 == 0 {
            self.top /= 10;
            self.ten = self.ten.checked_add(1)?;
        }
        while self.bottom % 10 == 0 {
            self.bottom /= 10;
            self.ten = self.ten.checked_sub(1)?;
        }
        Some(self)
    }
}

fn divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i128::try_from(a).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_and_hours_meet_exactly() {
        let per = |seconds: &str| Ratio::of(Decimal::parse(seconds).unwrap()).unwrap().power(-1).unwrap();
        let sixty = Ratio::of(Decimal::from(60)).unwrap();
        assert_eq!(per("3600").times(sixty), Some(per("60")));
        assert_eq!(per("60").decimal().unwrap().to_string(), "0.01666666666666666666666666667");
        assert_eq!(Ratio::power_of_ten(-3).decimal().unwrap().to_string(), "0.001");
    }
}
