//! `_filter`: conditions as an expression.
//!
//! The whole grammar: `and`, `or`, `not (…)`, brackets, chains with filters (`subject[active eq true].name co "x"`), and
//! the operators eq ne co sw ew gt lt ge le ap sa eb pr po ss sb in ni re. `and` binds closer than `or`.
//! Spec: <https://hl7.org/fhir/R4/search_filter.html>.

use akson_fhir::definition::SearchKind;

use super::expr::{Expr, Prefix, StringTest, Test, UriTest};
use super::fold::fold;
use super::param;
use super::read::{Asked, CHAIN_MAX, CONDITIONS_MAX as BUILT_MAX, Reading, known, parameter, too_many, value};
use super::split::escape;

/// How deep brackets may nest.
pub const DEPTH_MAX: usize = 16;
/// How long a filter may be.
pub const FILTER_BYTES_MAX: usize = 8_192;
/// How many conditions it may have.
pub const CONDITIONS_MAX: usize = 200;

/// Reads a filter on a type.
pub fn parse(reading: &Reading<'_>, type_name: &'static str, text: &str) -> Result<Expr, String> {
    if text.len() > FILTER_BYTES_MAX {
        return Err(format!("a filter has at most {FILTER_BYTES_MAX} bytes"));
    }
    let mut reader = Reader { reading, rest: text, conditions: 0, built: 0 };
    let found = reader.or(type_name, 0);
    if reader.built > BUILT_MAX {
        return Err(too_many());
    }
    let found = found?;
    reader.blanks();
    if !reader.rest.is_empty() {
        return Err("the filter goes on where and, or, or its end was expected".to_string());
    }
    Ok(found)
}

struct Reader<'a> {
    reading: &'a Reading<'a>,
    rest: &'a str,
    conditions: usize,
    /// All that were made, for each type again.
    built: usize,
}

impl<'a> Reader<'a> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn takes(&mut self, sign: char) -> bool {
        self.blanks();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes a word if it stands here by itself.
    fn word(&mut self, word: &str) -> bool {
        self.blanks();
        match self.rest.strip_prefix(word) {
            Some(rest) if rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == '(') => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn or(&mut self, type_name: &'static str, depth: usize) -> Result<Expr, String> {
        let mut any = vec![self.and(type_name, depth)?];
        while self.word("or") {
            any.push(self.and(type_name, depth)?);
        }
        Ok(Expr::any(any))
    }

    fn and(&mut self, type_name: &'static str, depth: usize) -> Result<Expr, String> {
        let first = self.one(type_name, depth)?;
        let mut all = vec![first];
        while self.word("and") {
            all.push(self.one(type_name, depth)?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expr::All(all) })
    }

    fn one(&mut self, type_name: &'static str, depth: usize) -> Result<Expr, String> {
        if depth > DEPTH_MAX {
            return Err(format!("brackets nest at most {DEPTH_MAX} deep"));
        }
        let negated = self.word("not");
        if self.takes('(') {
            let inner = self.or(type_name, depth + 1)?;
            if !self.takes(')') {
                return Err("a bracket is not closed".to_string());
            }
            return Ok(if negated { inner.negated() } else { inner });
        }
        if negated {
            return Err("write not (…)".to_string());
        }
        self.conditions += 1;
        if self.conditions > CONDITIONS_MAX {
            return Err(format!("a filter has at most {CONDITIONS_MAX} conditions"));
        }
        self.path(type_name, depth, 0)
    }

    /// `name op value`, `name.path op value` or `name[filter].path op value`.
    fn path(&mut self, type_name: &'static str, depth: usize, hops: usize) -> Result<Expr, String> {
        if hops > CHAIN_MAX {
            return Err(format!("a chain follows at most {CHAIN_MAX} references"));
        }
        self.built += 1;
        if self.built > BUILT_MAX {
            return Err(too_many());
        }
        self.blanks();
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':')))
            .unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() {
            return Err("the name of a search parameter was expected".to_string());
        }
        self.rest = rest;
        if !self.rest.starts_with(['[', '.']) {
            return self.comparison(type_name, name);
        }
        self.followed(type_name, name, depth, hops)
    }

    /// What follows a reference: each type it may lead to is tried on the same text.
    fn followed(&mut self, type_name: &'static str, name: &str, depth: usize, hops: usize) -> Result<Expr, String> {
        let (code, wanted) = name.split_once(':').map_or((name, None), |(code, wanted)| (code, Some(wanted)));
        let parameter = known(self.reading, type_name, code)?;
        if parameter.kind != SearchKind::Reference {
            return Err("only a reference can be followed by a point".to_string());
        }
        let (start, conditions) = (self.rest, self.conditions);
        let (mut any, mut after, mut reason) = (Vec::new(), start, "this reference leads nowhere".to_string());
        for target in param::reference::targets(parameter) {
            if wanted.is_some_and(|wanted| wanted != target) {
                continue;
            }
            (self.rest, self.conditions) = (start, conditions);
            match self.target(target, depth, hops) {
                Ok(inner) => {
                    after = self.rest;
                    any.extend(super::read::followed(self.reading, parameter, target, inner));
                }
                Err(text) => reason = text,
            }
        }
        if any.is_empty() {
            return Err(reason);
        }
        self.rest = after;
        Ok(Expr::any(any))
    }

    fn target(&mut self, target: &'static str, depth: usize, hops: usize) -> Result<Expr, String> {
        let mut all = Vec::new();
        if self.takes('[') {
            if depth >= DEPTH_MAX {
                return Err(format!("brackets nest at most {DEPTH_MAX} deep"));
            }
            all.push(self.or(target, depth + 1)?);
            if !self.takes(']') {
                return Err("a square bracket is not closed".to_string());
            }
        }
        if !self.takes('.') {
            return Err("a point was expected after the reference".to_string());
        }
        all.push(self.path(target, depth, hops + 1)?);
        Ok(Expr::All(all))
    }

    fn comparison(&mut self, type_name: &'static str, name: &str) -> Result<Expr, String> {
        self.blanks();
        let Some((operator, rest)) = self.rest.split_once(char::is_whitespace) else {
            return Err("an operator and a value were expected after the name".to_string());
        };
        self.rest = rest.trim_start();
        let text = self.value()?;
        compare(self.reading, type_name, name, operator, &text)
    }

    /// A value: in quotes, or up to a blank or bracket.
    fn value(&mut self) -> Result<Text, String> {
        let Some(quote) = self.rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            let end = self.rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | ']')).unwrap_or(self.rest.len());
            let (text, rest) = self.rest.split_at(end);
            self.rest = rest;
            return if text.is_empty() {
                Err("a value was expected".to_string())
            } else {
                Ok(Text { text: text.to_string(), quoted: false })
            };
        };
        let mut text = String::new();
        let mut letters = self.rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => text.extend(letters.next().map(|(_, escaped)| escaped)),
                end if end == quote => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(Text { text, quoted: true });
                }
                other => text.push(other),
            }
        }
        Err("a quote is not closed".to_string())
    }
}

struct Text {
    text: String,
    quoted: bool,
}

impl Text {
    /// As a value of a query: what stood in quotes has no separators.
    fn escaped(&self) -> String {
        if self.quoted { escape(&self.text) } else { self.text.clone() }
    }
}

fn compare(
    reading: &Reading<'_>,
    type_name: &'static str,
    name: &str,
    operator: &str,
    text: &Text,
) -> Result<Expr, String> {
    if operator == "pr" {
        return match text.text.as_str() {
            "true" => parameter(reading, type_name, &format!("{name}:missing"), "false"),
            "false" => parameter(reading, type_name, &format!("{name}:missing"), "true"),
            _ => Err("write pr true or pr false".to_string()),
        };
    }
    if matches!(name, "_id" | "_lastUpdated") {
        return of_every_resource(reading, type_name, name, operator, text);
    }
    if matches!(name, "_filter" | "_text" | "_content" | "_list") {
        return Err("this parameter is not used inside a filter".to_string());
    }
    let parameter = known(reading, type_name, name)?;
    let asked = |modifier| Asked { reading, parameter, modifier };
    let refused = || Err(format!("the operator does not fit a parameter of this kind; {}", fitting(parameter.kind)));
    match parameter.kind {
        SearchKind::String => match string(operator, text) {
            Some((test, false)) => Ok(asked(None).test(Test::String(test))),
            Some((test, true)) => Ok(asked(None).test(Test::String(test)).negated()),
            None => refused(),
        },
        SearchKind::Uri => match operator {
            "eq" => value(&asked(None), &text.escaped()),
            "ne" => Ok(value(&asked(None), &text.escaped())?.negated()),
            "co" => Ok(asked(None).test(Test::Uri(UriTest::Contains(text.text.clone())))),
            "sb" => value(&asked(Some("below")), &text.escaped()),
            "ss" => value(&asked(Some("above")), &text.escaped()),
            _ => refused(),
        },
        SearchKind::Token => match operator {
            "eq" => value(&asked(None), &text.escaped()),
            "ne" => Ok(value(&asked(None), &text.escaped())?.negated()),
            "sb" => value(&asked(Some("below")), &text.text),
            "ss" => value(&asked(Some("above")), &text.text),
            "in" => value(&asked(Some("in")), &escape(&text.text)),
            "ni" => Ok(value(&asked(Some("in")), &escape(&text.text))?.negated()),
            "sw" => value(&asked(Some("text")), &escape(&text.text)),
            _ => refused(),
        },
        SearchKind::Reference => match operator {
            "eq" | "re" => value(&asked(None), &text.escaped()),
            "ne" => Ok(value(&asked(None), &text.escaped())?.negated()),
            _ => refused(),
        },
        SearchKind::Date | SearchKind::Number | SearchKind::Quantity => match operator {
            "eq" | "ne" | "gt" | "lt" | "ge" | "le" | "ap" | "sa" | "eb" => {
                value(&asked(None), &format!("{operator}{}", text.text))
            }
            "po" => overlapping(value(&asked(None), &text.text)?),
            _ => refused(),
        },
        SearchKind::Composite | SearchKind::Special => match operator {
            "eq" => value(&asked(None), &text.text),
            "ne" => Ok(value(&asked(None), &text.text)?.negated()),
            _ => refused(),
        },
    }
}

/// `_id` and `_lastUpdated`, which are columns and not index rows.
fn of_every_resource(
    reading: &Reading<'_>,
    type_name: &'static str,
    name: &str,
    operator: &str,
    text: &Text,
) -> Result<Expr, String> {
    let (sign, negated) = if operator == "ne" && name == "_id" { ("eq", true) } else { (operator, false) };
    let written = match (name, sign) {
        ("_id", "eq") => text.escaped(),
        ("_lastUpdated", "eq" | "ne" | "gt" | "lt" | "ge" | "le" | "ap" | "sa" | "eb") => {
            format!("{sign}{}", text.escaped())
        }
        _ => return Err("this operator does not fit the parameter".to_string()),
    };
    let found = parameter(reading, type_name, name, &written)?;
    Ok(if negated { found.negated() } else { found })
}

fn string(operator: &str, text: &Text) -> Option<(StringTest, bool)> {
    let folded = fold(&text.text);
    Some(match operator {
        "eq" => (StringTest::Equals(folded), false),
        "ne" => (StringTest::Equals(folded), true),
        "co" => (StringTest::Contains(folded), false),
        "sw" => (StringTest::Starts(folded), false),
        "ew" => (StringTest::Ends(folded), false),
        _ => return None,
    })
}

fn overlapping(found: Expr) -> Result<Expr, String> {
    Ok(match found {
        Expr::Test(parameter, Test::Date(test)) => {
            Expr::Test(parameter, Test::Date(super::expr::DateTest { prefix: Prefix::Po, ..test }))
        }
        Expr::Test(parameter, Test::Quantity(test)) => {
            Expr::Test(parameter, Test::Quantity(super::expr::QuantityTest { prefix: Prefix::Po, ..test }))
        }
        other => other,
    })
}

fn fitting(kind: SearchKind) -> &'static str {
    match kind {
        SearchKind::String => "texts take eq ne co sw ew pr",
        SearchKind::Uri => "addresses take eq ne co ss sb pr",
        SearchKind::Token => "tokens take eq ne ss sb in ni sw pr",
        SearchKind::Reference => "references take eq ne re pr",
        SearchKind::Date | SearchKind::Number | SearchKind::Quantity => "it takes eq ne gt lt ge le ap sa eb po pr",
        SearchKind::Composite | SearchKind::Special => "it takes eq ne pr",
    }
}
