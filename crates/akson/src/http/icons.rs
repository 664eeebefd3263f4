//! Icons by name. An icon never stands alone: beside it is a word, or around it a label.

use maud::{Markup, html};

use super::assets;

/// An icon, for the eye only.
pub fn icon(name: &str) -> Markup {
    html! {
        svg class="ak-i" aria-hidden="true" focusable="false" { use href={ (assets::icons().path) "#" (name) } {} }
    }
}
