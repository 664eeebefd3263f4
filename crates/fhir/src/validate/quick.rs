//! Rules that only ask which members are there and what a code says, without FHIRPath at run time.
//!
//! Most invariants of FHIR have the form `data.empty() or contentType.exists()`. Those are compiled
//! to a small tree over the bits of the members seen; they cost some nanoseconds. Whatever this
//! small grammar cannot read is left to FHIRPath (`invariant`). The answers are those of FHIRPath,
//! with its third value: `None` is the empty collection.

use crate::definition::{Definitions, Type};
use crate::json::Value;

use super::table::bit;

/// A compiled rule.
#[derive(Debug)]
pub(super) enum Quick {
    /// A member is there.
    Exists(u64),
    /// A member's text or boolean is one of these.
    Is {
        key: &'static str,
        wanted: Vec<&'static str>,
    },
    /// A CodeableConcept has a coding of the system with one of these codes.
    Coded {
        key: &'static str,
        system: &'static str,
        codes: Vec<&'static str>,
    },
    Not(Box<Quick>),
    And(Box<Quick>, Box<Quick>),
    Or(Box<Quick>, Box<Quick>),
    Xor(Box<Quick>, Box<Quick>),
    Implies(Box<Quick>, Box<Quick>),
    Same(Box<Quick>, Box<Quick>),
}

impl Quick {
    /// Compiles an expression about an object of the type; none if the grammar is too small.
    pub(super) fn parse(expression: &'static str, of: &Type) -> Option<Quick> {
        let mut parser = Parser { tokens: tokens(expression)?, at: 0, of, depth: 0 };
        let found = parser.implies()?;
        (parser.at == parser.tokens.len()).then_some(found)
    }

    /// The answer for an object with these members.
    pub(super) fn test(&self, object: Value<'_>, seen: u64) -> Option<bool> {
        match self {
            Quick::Exists(mask) => Some(seen & mask != 0),
            Quick::Is { key, wanted } => {
                let value = object.get(key)?;
                let text = value.str().or_else(|| value.bool().map(|held| if held { "true" } else { "false" }))?;
                Some(wanted.contains(&text))
            }
            Quick::Coded { key, system, codes } => Some(coded(object, key, system, codes)),
            Quick::Not(inner) => inner.test(object, seen).map(|held| !held),
            Quick::And(left, right) => match (left.test(object, seen), right.test(object, seen)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Quick::Or(left, right) => match left.test(object, seen) {
                Some(true) => Some(true),
                left => or(left, right.test(object, seen)),
            },
            Quick::Implies(left, right) => match left.test(object, seen) {
                Some(false) => Some(true),
                left => or(left.map(|held| !held), right.test(object, seen)),
            },
            Quick::Xor(left, right) => Some(left.test(object, seen)? != right.test(object, seen)?),
            Quick::Same(left, right) => Some(left.test(object, seen)? == right.test(object, seen)?),
        }
    }
}

fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

fn coded(object: Value<'_>, key: &str, system: &str, codes: &[&str]) -> bool {
    let Some(concept) = object.get(key) else { return false };
    let in_one = |concept: Value<'_>| {
        concept.get("coding").is_some_and(|codings| {
            codings.items().any(|coding| {
                coding.get("system").and_then(Value::str) == Some(system)
                    && coding.get("code").and_then(Value::str).is_some_and(|code| codes.contains(&code))
            })
        })
    };
    in_one(concept) || concept.items().any(in_one)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Name(&'static str),
    Text(&'static str),
    Sign(&'static str),
}

fn tokens(text: &'static str) -> Option<Vec<Token>> {
    let mut out = Vec::new();
    let mut rest = text.trim_ascii();
    while let Some(letter) = rest.bytes().next() {
        let used = if letter == b'\'' {
            let (inside, _) = rest.get(1..)?.split_once('\'')?;
            if inside.contains('\\') {
                return None;
            }
            out.push(Token::Text(inside));
            inside.len() + 2
        } else if letter.is_ascii_alphanumeric() {
            let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
            out.push(Token::Name(rest.get(..end)?));
            end
        } else {
            let sign = ["!=", "(", ")", ".", "=", "|"].into_iter().find(|sign| rest.starts_with(sign))?;
            out.push(Token::Sign(sign));
            sign.len()
        };
        rest = rest.get(used..)?.trim_ascii_start();
    }
    Some(out)
}

struct Parser<'t> {
    tokens: Vec<Token>,
    at: usize,
    of: &'t Type,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    fn take(&mut self, token: Token) -> Option<()> {
        (self.peek()? == token).then(|| self.at += 1)
    }

    fn sign(&mut self, sign: &'static str) -> Option<()> {
        self.take(Token::Sign(sign))
    }

    fn word(&mut self, word: &'static str) -> Option<()> {
        self.take(Token::Name(word))
    }

    /// Lowest precedence first, as FHIRPath has it.
    fn implies(&mut self) -> Option<Quick> {
        self.depth += 1;
        if self.depth > 32 {
            return None;
        }
        let mut left = self.or()?;
        while self.word("implies").is_some() {
            left = Quick::Implies(Box::new(left), Box::new(self.or()?));
        }
        self.depth -= 1;
        Some(left)
    }

    fn or(&mut self) -> Option<Quick> {
        let mut left = self.and()?;
        loop {
            if self.word("or").is_some() {
                left = Quick::Or(Box::new(left), Box::new(self.and()?));
            } else if self.word("xor").is_some() {
                left = Quick::Xor(Box::new(left), Box::new(self.and()?));
            } else {
                return Some(left);
            }
        }
    }

    fn and(&mut self) -> Option<Quick> {
        let mut left = self.equality()?;
        while self.word("and").is_some() {
            left = Quick::And(Box::new(left), Box::new(self.equality()?));
        }
        Some(left)
    }

    fn equality(&mut self) -> Option<Quick> {
        let left = self.term()?;
        if self.sign("=").is_some() {
            return Some(Quick::Same(Box::new(left), Box::new(self.term()?)));
        }
        if self.sign("!=").is_some() {
            let same = Quick::Same(Box::new(left), Box::new(self.term()?));
            return Some(Quick::Not(Box::new(same)));
        }
        Some(left)
    }

    fn term(&mut self) -> Option<Quick> {
        let found = if self.sign("(").is_some() {
            let inner = self.implies()?;
            self.sign(")")?;
            inner
        } else {
            self.member()?
        };
        self.negated(found)
    }

    fn negated(&mut self, mut found: Quick) -> Option<Quick> {
        while self.tokens.get(self.at..self.at + 4)
            == Some(&[Token::Sign("."), Token::Name("not"), Token::Sign("("), Token::Sign(")")])
        {
            self.at += 4;
            found = Quick::Not(Box::new(found));
        }
        Some(found)
    }

    /// `x.exists()`, `x.empty()`, `x = 'y'`, `x in ('y' | 'z')`, `x.coding.where(…).exists()`.
    fn member(&mut self) -> Option<Quick> {
        let Token::Name(mut name) = self.peek()? else { return None };
        self.at += 1;
        if name == self.of.name {
            self.sign(".")?;
            let Token::Name(next) = self.peek()? else { return None };
            (name, self.at) = (next, self.at + 1);
        }
        let index = self.of.elements.iter().position(|element| element.name == name)?;
        let element = self.of.elements.get(index)?;
        let mask = bit(index);
        if self.sign(".").is_some() {
            let Token::Name(function) = self.peek()? else { return None };
            self.at += 1;
            if function == "coding" {
                return self.coding(element.name);
            }
            self.sign("(")?;
            self.sign(")")?;
            return match function {
                "exists" => Some(Quick::Exists(mask)),
                "empty" => Some(Quick::Not(Box::new(Quick::Exists(mask)))),
                _ => None,
            };
        }
        let held = element.types.first().filter(|_| element.types.len() == 1 && !element.choice && !element.array)?;
        let held = Definitions::r4().get(held.id).name;
        if !matches!(held, "code" | "boolean" | "uri" | "id") {
            return None;
        }
        let wanted = match self.peek()? {
            Token::Sign("=") | Token::Sign("!=") => {
                let equal = self.peek()? == Token::Sign("=");
                self.at += 1;
                let is = Quick::Is { key: element.name, wanted: vec![self.literal()?] };
                return Some(if equal { is } else { Quick::Not(Box::new(is)) });
            }
            Token::Name("in") => {
                self.at += 1;
                self.literals()?
            }
            _ => return None,
        };
        // `x in (…)` of nothing is the empty collection, as `Is` answers.
        Some(Quick::Is { key: element.name, wanted })
    }

    fn literal(&mut self) -> Option<&'static str> {
        let text = match self.peek()? {
            Token::Text(text) => text,
            Token::Name(word @ ("true" | "false")) => word,
            _ => return None,
        };
        self.at += 1;
        Some(text)
    }

    fn literals(&mut self) -> Option<Vec<&'static str>> {
        self.sign("(")?;
        let mut all = vec![self.literal()?];
        while self.sign("|").is_some() {
            all.push(self.literal()?);
        }
        self.sign(")")?;
        Some(all)
    }

    /// `.where(system = 's' and code = 'c').exists()`, or with `(code='a' or code='b')`.
    fn coding(&mut self, key: &'static str) -> Option<Quick> {
        self.sign(".")?;
        self.word("where")?;
        self.sign("(")?;
        self.word("system")?;
        self.sign("=")?;
        let system = self.literal()?;
        self.word("and")?;
        let several = self.sign("(").is_some();
        let mut codes = Vec::new();
        loop {
            self.word("code")?;
            self.sign("=")?;
            codes.push(self.literal()?);
            if !several || self.word("or").is_none() {
                break;
            }
        }
        if several {
            self.sign(")")?;
        }
        self.sign(")")?;
        self.sign(".")?;
        let empty = self.word("empty").is_some();
        if !empty {
            self.word("exists")?;
        }
        self.sign("(")?;
        self.sign(")")?;
        let coded = Quick::Coded { key, system, codes };
        Some(if empty { Quick::Not(Box::new(coded)) } else { coded })
    }
}
