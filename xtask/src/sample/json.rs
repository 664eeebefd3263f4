//! JSON to write, members in the order given. It reads nothing and checks nothing.

/// A value.
#[derive(Clone)]
pub(super) enum Json {
    Text(String),
    /// A number or a boolean as it is written.
    Bare(String),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

pub(super) fn text(value: impl Into<String>) -> Json {
    Json::Text(value.into())
}

pub(super) fn bare(value: impl ToString) -> Json {
    Json::Bare(value.to_string())
}

pub(super) fn list(items: impl IntoIterator<Item = Json>) -> Json {
    Json::List(items.into_iter().collect())
}

pub(super) fn object(members: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
    Json::Object(members.into_iter().collect())
}

impl Json {
    /// The same object with one more member.
    pub(super) fn with(mut self, key: &'static str, value: Json) -> Json {
        if let Json::Object(members) = &mut self {
            members.push((key, value));
        }
        self
    }

    /// A member's text, empty if there is none.
    pub(super) fn text_of(&self, key: &str) -> &str {
        let Json::Object(members) = self else { return "" };
        match members.iter().find(|(name, _)| *name == key) {
            Some((_, Json::Text(value))) => value,
            _ => "",
        }
    }

    /// The text over several lines, two spaces a level; what is short stays on one line.
    pub(super) fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out.push('\n');
        out
    }

    fn compact(&self) -> String {
        match self {
            Json::Text(value) => quoted(value),
            Json::Bare(value) => value.clone(),
            Json::List(items) => format!("[{}]", items.iter().map(Json::compact).collect::<Vec<_>>().join(", ")),
            Json::Object(members) => {
                let members = members.iter().map(|(key, value)| format!("\"{key}\": {}", value.compact()));
                format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn write(&self, out: &mut String, level: usize) {
        const LINE_MAX: usize = 110;
        let short = self.compact();
        if short.len() + 2 * level <= LINE_MAX {
            out.push_str(&short);
            return;
        }
        let margin = "  ".repeat(level + 1);
        match self {
            Json::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at == 0 { "[\n" } else { ",\n" });
                    out.push_str(&margin);
                    item.write(out, level + 1);
                }
                out.push_str(&format!("\n{}]", "  ".repeat(level)));
            }
            Json::Object(members) => {
                for (at, (key, value)) in members.iter().enumerate() {
                    out.push_str(if at == 0 { "{\n" } else { ",\n" });
                    out.push_str(&format!("{margin}\"{key}\": "));
                    value.write(out, level + 1);
                }
                out.push_str(&format!("\n{}}}", "  ".repeat(level)));
            }
            Json::Text(_) | Json::Bare(_) => out.push_str(&short),
        }
    }
}

fn quoted(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}
