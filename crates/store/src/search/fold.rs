//! How a text is folded for searching, the Norwegian way.
//!
//! Promises: case and accents do not matter (`Müller` = `muller`), runs of white space count as one blank, and the
//! letters æ ø å meet their spellings without them: `Åse` = `Aase`, `Sørby` = `Soerby`, and the neighbours' ä and ö
//! are æ and ø. Folding twice changes nothing. A literal beginning of a text is also a beginning of its folded form.
//! What it does not do: it does not make å an a (`Håkon` is not `Hakon`), and it leaves other scripts in lower case.
//! Spec: <https://hl7.org/fhir/R4/search.html#string>.

/// The folded form of a text.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.is_ascii() {
        for byte in text.bytes() {
            push(&mut out, char::from(byte.to_ascii_lowercase()));
        }
    } else {
        for letter in text.chars().flat_map(char::to_lowercase) {
            fold_letter(&mut out, letter);
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

fn push(out: &mut String, letter: char) {
    if !letter.is_whitespace() {
        out.push(letter);
    } else if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

fn fold_letter(out: &mut String, letter: char) {
    if letter.is_ascii() {
        return push(out, letter);
    }
    // A mark written after its letter: a ring or dots make another letter of a and o, all others are dropped.
    if ('\u{300}'..='\u{36f}').contains(&letter) {
        match (letter, out.chars().last()) {
            ('\u{30a}', Some('a')) => out.push('a'),
            ('\u{308}', Some('a' | 'o')) => out.push('e'),
            _ => {}
        }
        return;
    }
    match TABLE.iter().find(|(letters, _)| letters.contains(letter)) {
        Some((_, folded)) => out.push_str(folded),
        None => push(out, letter),
    }
}

/// Letters and what they fold to. The first rows are the letters of Norwegian and its neighbours.
const TABLE: &[(&str, &str)] = &[
    ("åǻ", "aa"),
    ("æäǽǣ", "ae"),
    ("øöǿœ", "oe"),
    ("áàâãāăąǎạảấầẩẫậắằẳẵặ", "a"),
    ("éèêëēĕėęěẹẻẽếềểễệ", "e"),
    ("íìîïĩīĭįıǐỉị", "i"),
    ("óòôõōŏőơǒọỏốồổỗộớờởỡợ", "o"),
    ("úùûüũūŭůűųưǔụủứừửữự", "u"),
    ("ýÿŷỳỵỷỹ", "y"),
    ("çćĉċč", "c"),
    ("đďðḍ", "d"),
    ("ĝğġģǧǥ", "g"),
    ("ĥħḥ", "h"),
    ("ĵ", "j"),
    ("ķǩ", "k"),
    ("ĺļľŀłḷ", "l"),
    ("ṃ", "m"),
    ("ñńņňŋṇ", "n"),
    ("ŕŗřṛ", "r"),
    ("śŝşšșṣ", "s"),
    ("ţťŧțṭ", "t"),
    ("ŵ", "w"),
    ("źżžẓǯʒ", "z"),
    ("ß", "ss"),
    ("þ", "th"),
    ("’ʼ‘`´", "'"),
    ("‐‑–—", "-"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, folded: &str) {
        assert_eq!(fold(text), folded, "{text}");
        assert_eq!(fold(folded), folded, "{text} twice");
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        check("Müller", "muller");
        check("MULLER", "muller");
        check("René", "rene");
        check("Đặng", "dang");
        check("Áŋŋel Čáhppe", "annel cahppe");
        check("Straße", "strasse");
        check("Mu\u{308}ller", "muller");
    }

    #[test]
    fn the_norwegian_letters_meet_their_spellings() {
        for (one, other) in [
            ("Åse", "Aase"),
            ("ÅSE", "aase"),
            ("A\u{30a}se", "Åse"),
            ("Sørby", "Soerby"),
            ("Sörby", "Sørby"),
            ("Sæther", "Saether"),
            ("Säther", "Sæther"),
            ("Bjo\u{308}rn", "Bjørn"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} and {other}");
        }
    }

    #[test]
    fn a_letter_of_its_own_stays_one() {
        assert_ne!(fold("Håkon"), fold("Hakon"));
        assert_ne!(fold("Bjørn"), fold("Bjorn"));
    }

    #[test]
    fn white_space_counts_once() {
        check("  Van \t der\u{a0} Berg ", "van der berg");
        check("", "");
        check(" ", "");
    }

    #[test]
    fn other_scripts_are_only_lower_cased() {
        check("Иванов", "иванов");
        check("李雷", "李雷");
    }
}
