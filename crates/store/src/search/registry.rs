//! The search parameters of every resource type, with their numbers in this database.

use super::custom::Custom;

/// A number given to a parameter in this database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The number.
    pub number: i32,
    /// The resource type.
    pub type_name: String,
    /// The parameter's name.
    pub code: String,
}

/// The parameters of all types.
#[derive(Debug, Default)]
pub struct Registry {}

impl Registry {
    /// The parameters of R4 and those added in this database. A pair of type and code without a pin gets the next number.
    pub fn build(_pins: &[Pin], _customs: &[Custom]) -> Registry {
        Registry::default()
    }

    /// The numbers in use, to be kept.
    pub fn pins(&self) -> Vec<Pin> {
        Vec::new()
    }
}
