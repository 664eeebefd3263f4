//! The compiled form of an expression.
//!
//! Chains of one precedence and paths are flat lists, so that only brackets and arguments nest.

use super::functions::Function;
use super::item::Item;
use super::steps::Member;
use super::types::TypeName;
use regex_lite::Regex;
use std::sync::OnceLock;

/// A part of an expression that has a value of its own.
#[derive(Debug)]
pub(super) enum Node {
    Literal(Item<'static>),
    Empty,
    This,
    Index,
    Total,
    Variable(Variable),
    /// Steps from a head, or from the focus.
    Path {
        head: Option<Box<Node>>,
        steps: Vec<Step>,
    },
    Negative(Box<Node>),
    Positive(Box<Node>),
    /// Operators of one precedence, from left to right.
    Chain {
        first: Box<Node>,
        rest: Vec<(Operator, Node)>,
    },
}

/// One step of a path, taken by a whole collection.
#[derive(Debug)]
pub(super) enum Step {
    Member(Member),
    /// The name of a type at the start of a path: keeps the focus if it is one.
    TypeStart(TypeName, Member),
    Index(Node),
    Is(TypeName),
    As(TypeName),
    OfType(TypeName),
    Call(Call),
}

/// A function with its arguments.
#[derive(Debug)]
pub(super) struct Call {
    pub function: Function,
    pub arguments: Vec<Node>,
    /// The regular expression last built, with its text; patterns are nearly always literals.
    pub pattern: OnceLock<(String, Regex)>,
}

/// A `%variable`.
#[derive(Debug)]
pub(super) enum Variable {
    Context,
    Resource,
    RootResource,
    /// One of the fixed texts, such as `%ucum`.
    Text(Box<str>),
    Named(Box<str>),
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Implies,
    Or,
    Xor,
    And,
    In,
    Contains,
    Equal,
    NotEqual,
    Equivalent,
    NotEquivalent,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Union,
    Plus,
    Minus,
    Concatenate,
    Times,
    Divide,
    WholeDivide,
    Remainder,
}

impl Operator {
    /// The operator a symbol or word stands for.
    pub fn find(text: &str) -> Option<Operator> {
        Some(match text {
            "implies" => Operator::Implies,
            "or" => Operator::Or,
            "xor" => Operator::Xor,
            "and" => Operator::And,
            "in" => Operator::In,
            "contains" => Operator::Contains,
            "=" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "~" => Operator::Equivalent,
            "!~" => Operator::NotEquivalent,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            "|" => Operator::Union,
            "+" => Operator::Plus,
            "-" => Operator::Minus,
            "&" => Operator::Concatenate,
            "*" => Operator::Times,
            "/" => Operator::Divide,
            "div" => Operator::WholeDivide,
            "mod" => Operator::Remainder,
            _ => return None,
        })
    }

    /// How tightly it binds; more is tighter. `is` and `as` stand at [`TYPE_PRECEDENCE`].
    pub fn precedence(self) -> u8 {
        match self {
            Operator::Implies => 1,
            Operator::Or | Operator::Xor => 2,
            Operator::And => 3,
            Operator::In | Operator::Contains => 4,
            Operator::Equal | Operator::NotEqual | Operator::Equivalent | Operator::NotEquivalent => 5,
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => 6,
            Operator::Union => 7,
            Operator::Plus | Operator::Minus | Operator::Concatenate => 9,
            Operator::Times | Operator::Divide | Operator::WholeDivide | Operator::Remainder => 10,
        }
    }
}

/// How tightly `is` and `as` bind.
pub(super) const TYPE_PRECEDENCE: u8 = 8;
