//! Every page from its samples, in every language: headings, labels, tables, no style or script inside, no missing words.

use akson::http::language::{LANGUAGES, Language};
use akson::web::pages::{PAGES, Sample};
use akson::web::shell::Shell;

/// Calls for every state of every page in every language.
fn each(check: impl Fn(&str, Language, &str)) {
    for page in PAGES {
        for (language, _) in LANGUAGES {
            let samples: Vec<Sample> = (page.samples)(&Shell::sample(language));
            assert!(!samples.is_empty(), "{} has no samples", page.name);
            for sample in samples {
                check(&format!("{} ({}, {})", page.name, sample.state, language.code()), language, &sample.html.0);
            }
        }
    }
}

/// The opening tags of an element.
fn tags<'t>(html: &'t str, name: &str) -> Vec<&'t str> {
    let begin = format!("<{name}");
    let found = html.match_indices(&begin).map(|(at, _)| &html[at..at + html[at..].find('>').unwrap()]);
    found.filter(|tag| tag[begin.len()..].is_empty() || tag[begin.len()..].starts_with([' ', '\n'])).collect()
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

#[test]
fn every_page_has_one_heading_a_title_and_landmarks() {
    each(|page, language, html| {
        assert_eq!(tags(html, "h1").len(), 1, "{page}");
        assert_eq!(tags(html, "main").len(), 1, "{page}");
        assert!(html.contains(&format!("<html lang=\"{}\"", language.code())), "{page}");
        let title = html.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        assert!(title.ends_with(" – Akson") && title.len() > 9, "{page}: {title}");
        assert!(html.contains("href=\"#content\"") && html.contains("id=\"content\""), "{page}");
        let mut level = 0;
        for (at, _) in html.match_indices("<h") {
            let Some(digit) = html[at + 2..].chars().next().and_then(|c| c.to_digit(10)) else { continue };
            // The sections at the side stand before the heading of what is shown.
            assert!(digit <= level + 1 || level == 0, "{page}: h{digit} after h{level}");
            level = digit;
        }
    });
}

#[test]
fn nothing_is_styled_or_scripted_inside_a_page() {
    each(|page, _, html| {
        assert!(!html.contains(" style=") && !html.contains("<style"), "{page}");
        for script in tags(html, "script") {
            assert!(attribute(script, "src").is_some_and(|src| src.starts_with("/static/")), "{page}: {script}");
        }
        for handler in [" onclick=", " onload=", " onchange=", "javascript:"] {
            assert!(!html.contains(handler), "{page}: {handler}");
        }
    });
}

#[test]
fn every_field_has_a_label_and_every_table_a_caption() {
    each(|page, _, html| {
        let fields = ["input", "select", "textarea"].into_iter().flat_map(|name| tags(html, name));
        for field in fields.filter(|field| attribute(field, "type") != Some("hidden")) {
            let by_id = attribute(field, "id").is_some_and(|id| html.contains(&format!("for=\"{id}\"")));
            let named = attribute(field, "aria-label").is_some_and(|label| !label.is_empty());
            assert!(by_id || named, "{page}: {field}");
        }
        assert_eq!(tags(html, "table").len(), tags(html, "caption").len(), "{page}");
        for figure in tags(html, "svg") {
            let spoken = attribute(figure, "aria-label").is_some() || figure.contains("aria-hidden=\"true\"");
            assert!(spoken, "{page}: {figure}");
        }
        for form in html.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap()) {
            let posts = form.split('>').next().unwrap().contains("method=\"post\"");
            assert!(!posts || form.contains("name=\"tag\""), "{page}: a form without its tag");
        }
    });
}

#[test]
fn ids_stand_once_and_labels_lead_somewhere() {
    each(|page, _, html| {
        let mut ids: Vec<&str> = html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        ids.sort_unstable();
        for pair in ids.windows(2) {
            assert_ne!(pair[0], pair[1], "{page}");
        }
        for name in ["for", "aria-labelledby", "aria-describedby"] {
            for wanted in html.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                for id in wanted.split(' ') {
                    assert!(ids.contains(&id), "{page}: {name}={id}");
                }
            }
        }
        assert!(!html.contains("{}"), "{page}: a text with a hole in it");
    });
}

#[test]
fn no_word_is_missing_in_any_language() {
    for page in PAGES {
        for (name, texts) in page.words {
            for text in texts {
                assert!(!text.is_empty() && text.trim() == *text, "{}: {name}", page.name);
            }
            let holes = texts.map(|text| text.matches("{}").count());
            assert!(holes[0] == holes[1] && holes[1] == holes[2], "{}: {name}", page.name);
        }
    }
    each(|page, language, html| {
        let own = PAGES.iter().find(|one| page.starts_with(one.name)).unwrap();
        for (name, texts) in own.words {
            let other = texts[0];
            if language == Language::En && other != texts[2] && other.chars().count() > 12 && !other.contains("{}") {
                assert!(!html.contains(other), "{page}: {name} is in bokmål");
            }
        }
    });
}
