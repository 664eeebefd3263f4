//! What pages are made with beside their HTML: style, script, icons, type. All of it is in the program.
//!
//! A file's address holds a fingerprint of its content, so browsers may keep it for ever. Where the files come from stands
//! in `assets/README.md`. What it does not do: anything from elsewhere; no page asks another server for anything.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};

/// Letters of a fingerprint in an address.
const FINGERPRINT_LENGTH: usize = 12;

/// A file.
pub struct Asset {
    /// Its address.
    pub path: String,
    kind: &'static str,
    bytes: Vec<u8>,
}

impl Asset {
    fn new(name: &str, end: &str, kind: &'static str, bytes: Vec<u8>) -> Asset {
        let mut print = akson_core::fingerprint(&bytes);
        print.truncate(FINGERPRINT_LENGTH);
        Asset { path: format!("/static/{name}.{print}.{end}"), kind, bytes }
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

static TYPE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("inter", "woff2", "font/woff2", include_bytes!("../../assets/inter-latin.woff2").to_vec())
});
static TYPE_MORE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("inter-ext", "woff2", "font/woff2", include_bytes!("../../assets/inter-latin-ext.woff2").to_vec())
});
static ICONS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icons", "svg", "image/svg+xml", include_bytes!("../../assets/icons.svg").to_vec()));
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("akson", "js", "text/javascript; charset=utf-8", include_bytes!("../../assets/akson.js").to_vec())
});
static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let text = concat!(
        include_str!("../../assets/designsystemet.css"),
        include_str!("../../assets/theme.css"),
        include_str!("../../assets/akson.css"),
        include_str!("../../assets/screens.css"),
        include_str!("../../assets/oversight.css"),
    );
    let text = text.replace("inter-latin.woff2", &TYPE.path).replace("inter-latin-ext.woff2", &TYPE_MORE.path);
    Asset::new("akson", "css", "text/css; charset=utf-8", text.into_bytes())
});

/// The style of all pages.
pub fn style() -> &'static Asset {
    &STYLE
}

/// The script of all pages, which work without it.
pub fn script() -> &'static Asset {
    &SCRIPT
}

/// The icons, each a symbol with a name.
pub fn icons() -> &'static Asset {
    &ICONS
}

/// The type for the letters of most languages here.
pub fn font() -> &'static Asset {
    &TYPE
}

/// The file at an address.
pub fn find(path: &str) -> Option<&'static Asset> {
    [&*STYLE, &*SCRIPT, &*ICONS, &*TYPE, &*TYPE_MORE].into_iter().find(|asset| asset.path == path)
}

/// A file as an answer.
pub fn answer(asset: &'static Asset) -> Response<Body> {
    let mut response = Response::new(Body::from(asset.bytes.as_slice()));
    for (name, value) in [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_in_the_file() {
        for asset in [style(), script(), icons(), font()] {
            assert!(find(&asset.path).is_some_and(|found| found.path == asset.path), "{}", asset.path);
        }
        assert!(find("/static/akson.css").is_none());
        assert!(find("/static/../Cargo.toml").is_none());
    }

    #[test]
    fn nothing_is_fetched_from_elsewhere() {
        let style = String::from_utf8(STYLE.bytes.clone()).unwrap();
        assert!(style.contains(&TYPE.path));
        assert!(!style.contains("url(http") && !style.contains("@import") && !style.contains("url(//"));
    }

    #[test]
    fn type_and_script_stay_light() {
        assert!(font().len() <= 50_000, "{}", font().len());
        assert!(script().len() <= 36_000, "{}", script().len());
    }
}
