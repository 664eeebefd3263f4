//! The limits of FHIRPath expressions and their evaluation.
//!
//! Every limit is an error when passed, never a panic or a cut result.

/// The longest expression in bytes.
pub const EXPRESSION_BYTES_MAX: usize = 32 * 1024;
/// How deep brackets, arguments and operators may nest.
pub const PARSE_DEPTH_MAX: u32 = 64;
/// The most items of a collection.
pub const COLLECTION_MAX: usize = 500_000;
/// The most steps (nodes visited, items compared) of one evaluation.
pub const WORK_MAX: u64 = 20_000_000;
/// The most rounds of `repeat`.
pub const REPEAT_ROUNDS_MAX: usize = 1_000;
/// The longest string a function may make, in bytes.
pub const STRING_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The longest result `replaceMatches` could have, in bytes, before it is tried.
pub const REPLACED_BYTES_MAX: usize = 16 * STRING_BYTES_MAX;
/// The longest regular expression in bytes.
pub const REGEX_BYTES_MAX: usize = 4 * 1024;
