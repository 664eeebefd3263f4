//! Reads an expression into its compiled form.
//!
//! Promises: never panics and never nests deeper than its limit; functions, argument counts and type names are
//! checked here, once. It does not check whether elements exist. <http://hl7.org/fhirpath/N1/grammar.html>

use super::error::PathError;
use super::functions;
use super::item::Item;
use super::lex::{self, Kind, Token};
use super::limits::PARSE_DEPTH_MAX;
use super::steps::Member;
use super::tree::{Call, Node, Operator, Step, TYPE_PRECEDENCE, Variable};
use super::types::TypeName;
use crate::value::decimal::Decimal;
use crate::value::quantity::{Calendar, Quantity, Unit};
use std::borrow::Cow;
use std::sync::OnceLock;

pub(super) fn parse(text: &str) -> Result<Node, PathError> {
    let tokens = lex::tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let node = parser.expression(0)?;
    match parser.peek() {
        Kind::End => Ok(node),
        _ => Err(parser.wrong("expected the end of the expression")),
    }
}

struct Parser<'t> {
    tokens: &'t [Token<'t>],
    at: usize,
    depth: u32,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> &'t Kind<'t> {
        // The list always ends with `End`, which is never passed.
        self.tokens.get(self.at).map_or(&Kind::End, |token| &token.kind)
    }

    fn position(&self) -> usize {
        self.tokens.get(self.at).map_or(0, |token| token.at)
    }

    fn wrong(&self, message: impl Into<String>) -> PathError {
        PathError::read(message, self.position())
    }

    fn next(&mut self) -> &'t Kind<'t> {
        let kind = self.peek();
        self.at += 1;
        kind
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Kind::Symbol(s) if *s == symbol);
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, symbol: &str) -> Result<(), PathError> {
        if self.take(symbol) { Ok(()) } else { Err(self.wrong(format!("expected '{symbol}'"))) }
    }

    fn operator(&self) -> Option<Operator> {
        match self.peek() {
            Kind::Symbol(text) => Operator::find(text),
            Kind::Word(text) => Operator::find(text),
            _ => None,
        }
    }

    /// Reads operands and operators that bind at least this tightly.
    fn expression(&mut self, least: u8) -> Result<Node, PathError> {
        self.depth += 1;
        if self.depth > PARSE_DEPTH_MAX {
            return Err(self.wrong("expression is nested too deep"));
        }
        let mut left = self.operand()?;
        loop {
            if let Kind::Word(word @ ("is" | "as")) = self.peek()
                && least <= TYPE_PRECEDENCE
            {
                self.at += 1;
                let wanted = self.type_name()?;
                left = then(left, if *word == "is" { Step::Is(wanted) } else { Step::As(wanted) });
                continue;
            }
            let Some(precedence) = self.operator().map(Operator::precedence).filter(|p| *p >= least) else { break };
            let mut rest = Vec::new();
            while let Some(operator) = self.operator().filter(|o| o.precedence() == precedence) {
                self.at += 1;
                rest.push((operator, self.expression(precedence + 1)?));
            }
            left = Node::Chain { first: Box::new(left), rest };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Node, PathError> {
        if matches!(self.peek(), Kind::Symbol("+" | "-")) {
            self.depth += 1;
            if self.depth > PARSE_DEPTH_MAX {
                return Err(self.wrong("expression is nested too deep"));
            }
            let negative = self.take("-") || !self.take("+");
            let operand = Box::new(self.operand()?);
            self.depth -= 1;
            return Ok(if negative { Node::Negative(operand) } else { Node::Positive(operand) });
        }
        let mut node = self.term()?;
        loop {
            if self.take(".") {
                let step = self.invocation(false)?;
                node = then(node, step);
            } else if self.take("[") {
                let index = self.expression(0)?;
                self.need("]")?;
                node = then(node, Step::Index(index));
            } else {
                return Ok(node);
            }
        }
    }

    fn term(&mut self) -> Result<Node, PathError> {
        let position = self.position();
        match self.peek() {
            Kind::Word("true") => self.literal(Item::Boolean(true)),
            Kind::Word("false") => self.literal(Item::Boolean(false)),
            Kind::Text(text) => self.literal(Item::String(Cow::Owned(text.clone()))),
            Kind::Date(date) => self.literal(Item::Date(*date)),
            Kind::DateTime(date) => self.literal(Item::DateTime(*date)),
            Kind::Time(time) => self.literal(Item::Time(*time)),
            Kind::Number(text) => {
                self.at += 1;
                self.number(text, position)
            }
            Kind::Variable(name) => {
                self.at += 1;
                Ok(Node::Variable(variable(name)))
            }
            Kind::Special(name) => {
                self.at += 1;
                match *name {
                    "this" => Ok(Node::This),
                    "index" => Ok(Node::Index),
                    "total" => Ok(Node::Total),
                    _ => Err(PathError::read("unknown special name", position)),
                }
            }
            Kind::Symbol("(") => {
                self.at += 1;
                let node = self.expression(0)?;
                self.need(")")?;
                Ok(node)
            }
            Kind::Symbol("{") => {
                self.at += 1;
                self.need("}")?;
                Ok(Node::Empty)
            }
            _ => {
                let step = self.invocation(true)?;
                Ok(Node::Path { head: None, steps: vec![step] })
            }
        }
    }

    fn literal(&mut self, item: Item<'static>) -> Result<Node, PathError> {
        self.at += 1;
        Ok(Node::Literal(item))
    }

    fn number(&mut self, text: &str, position: usize) -> Result<Node, PathError> {
        let decimal = Decimal::parse(text).map_err(|error| PathError::read(error.to_string(), position))?;
        let unit = match self.peek() {
            Kind::Text(code) => Some(Unit::Ucum(Cow::Owned(code.clone()))),
            Kind::Word(word) => Calendar::from_word(word).map(Unit::Calendar),
            _ => None,
        };
        if let Some(unit) = unit {
            return self.literal(Item::Quantity(Box::new(Quantity { value: decimal, unit })));
        }
        if text.contains('.') {
            return Ok(Node::Literal(Item::Decimal(decimal)));
        }
        let integer = text.parse().map_err(|_| PathError::read("integer is too large", position))?;
        Ok(Node::Literal(Item::Integer(integer)))
    }

    /// A name or a call; at the start of a path a name may be a type's.
    fn invocation(&mut self, start: bool) -> Result<Step, PathError> {
        let position = self.position();
        let name: &str = match self.next() {
            Kind::Word(word) => word,
            Kind::Quoted(name) => name,
            _ => return Err(PathError::read("expected a name", position)),
        };
        if self.take("(") {
            return self.call(name, position);
        }
        let member = Member::new(name);
        if start
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && let Some(wanted) = TypeName::find(None, name)
        {
            return Ok(Step::TypeStart(wanted, member));
        }
        Ok(Step::Member(member))
    }

    fn call(&mut self, name: &str, position: usize) -> Result<Step, PathError> {
        if let "is" | "as" | "ofType" = name {
            let wanted = self.type_name()?;
            self.need(")")?;
            return Ok(match name {
                "is" => Step::Is(wanted),
                "as" => Step::As(wanted),
                _ => Step::OfType(wanted),
            });
        }
        let Some(signature) = functions::find(name) else {
            return Err(PathError::read(format!("unknown function '{name}'"), position));
        };
        let mut arguments = Vec::new();
        if !self.take(")") {
            loop {
                arguments.push(self.expression(0)?);
                if !self.take(",") {
                    break;
                }
            }
            self.need(")")?;
        }
        if arguments.len() < signature.least || arguments.len() > signature.most {
            return Err(PathError::read(format!("wrong number of arguments for '{name}'"), position));
        }
        Ok(Step::Call(Call { function: signature.function, arguments, pattern: OnceLock::new() }))
    }

    fn type_name(&mut self) -> Result<TypeName, PathError> {
        let position = self.position();
        let first = self.plain_name()?;
        let (namespace, name) =
            if self.take_dot_in_type(first) { (Some(first), self.plain_name()?) } else { (None, first) };
        TypeName::find(namespace, name).ok_or_else(|| PathError::read(format!("unknown type '{name}'"), position))
    }

    /// Only a namespace is followed by a dot that belongs to the type: `x is Patient.name` is a step on a truth.
    fn take_dot_in_type(&mut self, first: &str) -> bool {
        matches!(first, "System" | "FHIR") && self.take(".")
    }

    fn plain_name(&mut self) -> Result<&'t str, PathError> {
        match self.next() {
            Kind::Word(word) => Ok(word),
            Kind::Quoted(name) => Ok(name),
            _ => Err(self.wrong("expected the name of a type")),
        }
    }
}

fn then(node: Node, step: Step) -> Node {
    match node {
        Node::Path { head, mut steps } => {
            steps.push(step);
            Node::Path { head, steps }
        }
        Node::This => Node::Path { head: None, steps: vec![step] },
        other => Node::Path { head: Some(Box::new(other)), steps: vec![step] },
    }
}

fn variable(name: &str) -> Variable {
    let text = |text: &str| Variable::Text(text.into());
    match name {
        "context" => Variable::Context,
        "resource" => Variable::Resource,
        "rootResource" => Variable::RootResource,
        "ucum" => text("http://unitsofmeasure.org"),
        "sct" => text("http://snomed.info/sct"),
        "loinc" => text("http://loinc.org"),
        _ => {
            if let Some(id) = name.strip_prefix("vs-") {
                Variable::Text(format!("http://hl7.org/fhir/ValueSet/{id}").into())
            } else if let Some(id) = name.strip_prefix("ext-") {
                Variable::Text(format!("http://hl7.org/fhir/StructureDefinition/{id}").into())
            } else {
                Variable::Named(name.into())
            }
        }
    }
}
