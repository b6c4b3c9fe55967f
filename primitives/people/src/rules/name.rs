//! Names of persons: cleaned of what typing and spreadsheets add, never of what the name is.

use super::narrow;

/// Why a name was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing there.
    #[error("no name")]
    Missing,
    /// One character.
    #[error("too short")]
    TooShort,
    /// More than 50 characters.
    #[error("too long")]
    TooLong,
    /// A digit in it.
    #[error("a digit in the name")]
    Digit,
    /// A bracket or another mark in it.
    #[error("a mark in the name")]
    Mark,
    /// Stars in it.
    #[error("masked")]
    Masked,
}

impl NameError {
    /// The key of its sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "people.name.missing",
            Self::TooShort => "people.name.too_short",
            Self::TooLong => "people.name.too_long",
            Self::Digit => "people.name.digit",
            Self::Mark => "people.name.mark",
            Self::Masked => "people.name.masked",
        }
    }
}

/// The name without stray spaces, with one form of the dot between its parts: 「张 三」 is 张三, 「阿依古丽．买买提」 is
/// 阿依古丽·买买提, 「John   Smith」 keeps one space. 2 to 50 characters, rare ones included.
pub fn parse(text: &str) -> Result<String, NameError> {
    let name = clean(text);
    let length = name.chars().count();
    match length {
        0 => Err(NameError::Missing),
        _ if name.contains(['*', '＊', '●', '×']) => Err(NameError::Masked),
        _ if name.chars().any(char::is_numeric) && !only_letters_by_nature(&name) => Err(NameError::Digit),
        _ if !name.chars().all(belongs) || !name.chars().any(|c| c.is_alphabetic() || private(c)) => {
            Err(NameError::Mark)
        }
        1 => Err(NameError::TooShort),
        2..=50 => Ok(name),
        _ => Err(NameError::TooLong),
    }
}

/// The cleaning alone, of any text; cleaning twice changes nothing.
pub fn clean(text: &str) -> String {
    let narrowed = narrow(text);
    let mut name = String::with_capacity(narrowed.len());
    for part in narrowed.split_whitespace() {
        let loose = name.chars().last().is_some_and(|last| is_latin(last) || last == '.')
            && part.chars().next().is_some_and(is_latin);
        if loose {
            name.push(' ');
        }
        name.push_str(part);
    }
    dots(&name)
}

/// Whether two names are the same once cleaned; the case of Latin letters does not tell people apart.
pub fn same(one: &str, other: &str) -> bool {
    clean(one).to_lowercase() == clean(other).to_lowercase()
}

/// The surname and a star: 张*, 欧阳*; of other names the first character and a star.
pub fn mask(name: &str) -> String {
    let name = clean(name);
    let shown =
        if name.chars().count() > 2 && COMPOUND.iter().any(|surname| name.starts_with(surname)) { 2 } else { 1 };
    match name.is_empty() {
        true => name,
        false => name.chars().take(shown).chain(['*']).collect(),
    }
}

const COMPOUND: [&str; 46] = [
    "欧阳", "司徒", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "夏侯", "长孙", "宇文",
    "轩辕", "端木", "南宫", "西门", "呼延", "独孤", "百里", "东郭", "闻人", "钟离", "申屠", "公羊", "澹台", "公冶",
    "宗政", "濮阳", "淳于", "单于", "太叔", "仲孙", "鲜于", "闾丘", "司空", "司寇", "巫马", "公西", "漆雕", "乐正",
    "拓跋", "赫连", "梁丘", "左丘",
];

/// The dots that people type between the parts of a name, and a full stop between two Chinese characters.
fn dots(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let chinese = |at: Option<usize>| at.and_then(|at| characters.get(at)).is_some_and(|c| is_chinese(*c));
    characters
        .iter()
        .enumerate()
        .map(|(at, c)| match c {
            '•' | '・' | '‧' | '･' | '∙' | '⋅' | '᛫' => '·',
            '.' | '。' if chinese(at.checked_sub(1)) && chinese(Some(at + 1)) => '·',
            c => *c,
        })
        .collect()
}

fn belongs(c: char) -> bool {
    c.is_alphabetic()
        || private(c)
        || matches!(c, '〇' | '·' | ' ' | '-' | '\'' | '’' | '.' | '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// 〇 and the Chinese numerals count as numbers to Unicode, and 一 or 万 are in many names.
fn only_letters_by_nature(name: &str) -> bool {
    name.chars().filter(|c| c.is_numeric()).all(|c| c == '〇' || is_chinese(c))
}

fn private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}')
}

fn is_chinese(c: char) -> bool {
    private(c)
        || matches!(c, '〇' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_latin(c: char) -> bool {
    c.is_alphabetic() && !is_chinese(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_cleaned_and_kept() {
        for (text, name) in [
            ("张三", "张三"),
            (" 张　三 ", "张三"),
            ("张\u{a0}三\u{200b}", "张三"),
            ("阿依古丽．买买提", "阿依古丽·买买提"),
            ("阿依古丽•买买提", "阿依古丽·买买提"),
            ("阿依古丽・ 买买提", "阿依古丽·买买提"),
            ("阿依古丽.买买提", "阿依古丽·买买提"),
            ("John   Smith", "John Smith"),
            ("Ｊｏｈｎ Smith Jr.", "John Smith Jr."),
            ("𠮷田", "𠮷田"),
            ("王䶮", "王䶮"),
            ("丁一", "丁一"),
            ("李〇", "李〇"),
            ("Nguyễn Văn A", "Nguyễn Văn A"),
            ("张\n三", "张三"),
            ("O'Neil Anne-Marie", "O'Neil Anne-Marie"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(name), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        use NameError::*;
        for (text, reason) in [
            ("", Missing),
            (" 　", Missing),
            ("张", TooShort),
            ("张三1", Digit),
            ("张三（组长）", Mark),
            ("张*", Masked),
            ("张三、李四", Mark),
            ("--", Mark),
        ] {
            assert_eq!(parse(text), Err(reason), "{text}");
        }
        assert_eq!(parse(&"张".repeat(51)), Err(TooLong));
    }

    #[test]
    fn masks_keep_the_surname() {
        for (name, masked) in [
            ("张三", "张*"),
            ("张三丰", "张*"),
            ("欧阳修", "欧阳*"),
            ("欧阳", "欧*"),
            ("阿依古丽·买买提", "阿*"),
            ("John Smith", "J*"),
            ("𠮷田一", "𠮷*"),
            ("", ""),
        ] {
            assert_eq!(mask(name), masked);
        }
        assert!(same("张 三", "张三") && same("JOHN  smith", "John Smith") && !same("张三", "张叁"));
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(text in "[张三 a.·•　Ａ\\t。\u{200b}B-]{0,12}|\\PC{0,20}") {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once);
        }
    }
}
