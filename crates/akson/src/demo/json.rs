//! JSON to write, members in the order given. It reads nothing and checks nothing.

use std::borrow::Cow;

/// A value.
#[derive(Clone)]
pub(super) enum Json {
    Text(Cow<'static, str>),
    /// A number or a boolean as it is written.
    Bare(Cow<'static, str>),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

pub(super) fn text(value: impl Into<Cow<'static, str>>) -> Json {
    Json::Text(value.into())
}

pub(super) fn bare(value: impl ToString) -> Json {
    Json::Bare(Cow::Owned(value.to_string()))
}

pub(super) const fn yes() -> Json {
    Json::Bare(Cow::Borrowed("true"))
}

pub(super) fn list(items: impl IntoIterator<Item = Json>) -> Json {
    Json::List(items.into_iter().collect())
}

pub(super) fn object(members: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
    Json::Object(members.into_iter().collect())
}

impl Json {
    /// The same object with one more member.
    #[must_use]
    pub(super) fn with(mut self, key: &'static str, value: Json) -> Json {
        if let Json::Object(members) = &mut self {
            members.push((key, value));
        }
        self
    }

    /// The same object with one more member, if there is a value.
    #[must_use]
    pub(super) fn maybe(self, key: &'static str, value: Option<Json>) -> Json {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// A member's text, empty if there is none.
    pub(super) fn text_of(&self, key: &str) -> &str {
        let Json::Object(members) = self else { return "" };
        match members.iter().find(|(name, _)| *name == key) {
            Some((_, Json::Text(value))) => value,
            _ => "",
        }
    }

    /// Writes it without spaces.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Json::Text(value) => quoted(value, out),
            Json::Bare(value) => out.push_str(value),
            Json::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Json::Object(members) => {
                out.push('{');
                for (at, (key, value)) in members.iter().enumerate() {
                    out.push_str(if at == 0 { "\"" } else { ",\"" });
                    out.push_str(key);
                    out.push_str("\":");
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn quoted(value: &str, out: &mut String) {
    out.push('"');
    let mut rest = value;
    while let Some(at) = rest.find(['"', '\\', '\n']) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'\n' => "\\n",
            b'"' => "\\\"",
            _ => "\\\\",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}
