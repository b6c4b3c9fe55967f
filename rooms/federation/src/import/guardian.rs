//! The guardian of a minor as a roster names them: whole, or refused with what is missing. What a roster says was signed is kept as
//! its word; it becomes a consent with the scan.

use chrono::NaiveDate;
use people::guardians::{Relation, rules};
use people::rules::narrow;

use super::cells::Reader;
use super::columns::Field;

/// A guardian who may be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardianRow {
    /// Cleaned.
    pub name: String,
    /// May be missing from 16 years on.
    pub phone: Option<String>,
    /// What they are to the minor.
    pub relation: Relation,
    /// The day on which, as the roster says, they signed.
    pub paper_on: Option<NaiveDate>,
}

/// Who stands for the person of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// Nobody is asked for and nobody named.
    Unasked,
    /// The person is a minor, and the row names nobody.
    Lacking,
    /// Somebody is named for a person who needs nobody, or whose birth is not known.
    Idle,
    /// Somebody is named.
    Named(GuardianRow),
}

const FIELDS: [Field; 4] =
    [Field::GuardianName, Field::GuardianRelation, Field::GuardianPhone, Field::GuardianAgreedOn];

/// Reads the four cells for somebody born on a day; what is missing for a minor's guardian is refused by its field.
pub(super) fn read(reader: &mut Reader<'_, '_>, born: Option<NaiveDate>, own: Option<&str>) -> Stands {
    let said = FIELDS.iter().any(|field| !reader.cell(*field).is_empty());
    let Some(band) = born.and_then(|born| rules::band(born, reader.today)) else {
        return if said { Stands::Idle } else { Stands::Unasked };
    };
    if !said {
        return Stands::Lacking;
    }
    let missing = |reader: &mut Reader<'_, '_>, field, reason| {
        let empty = reader.cell(field).is_empty();
        if empty {
            reader.refuse(field, reason);
        }
        empty
    };
    let name = match missing(reader, Field::GuardianName, "import.refused.guardian_name") {
        true => None,
        false => reader.name(Field::GuardianName),
    };
    if name.is_some() && name.as_deref() == own {
        reader.refuse(Field::GuardianName, "people.guardian.not_oneself");
    }
    let relation = match missing(reader, Field::GuardianRelation, "import.refused.guardian_relation_missing") {
        true => None,
        false => reader.word(Field::GuardianRelation, relation, "import.refused.guardian_relation"),
    };
    if band.asks_phone() {
        missing(reader, Field::GuardianPhone, "import.refused.guardian_phone");
    }
    let phone = reader.phone(Field::GuardianPhone).map(|phone| phone.number);
    let paper_on = reader.past_day(Field::GuardianAgreedOn);
    match (name, relation) {
        (Some(name), Some(relation)) => Stands::Named(GuardianRow { name, phone, relation, paper_on }),
        _ => Stands::Lacking,
    }
}

/// What rosters call a guardian; whoever the law may name besides is `other`.
fn relation(text: &str) -> Option<Relation> {
    let word: String = narrow(text).chars().filter(|c| !c.is_whitespace()).collect();
    let word = word.trim_end_matches("关系");
    Some(match word {
        "父亲" | "父" | "爸爸" | "爸" | "父子" | "父女" | "继父" | "养父" | "father" => Relation::Father,
        "母亲" | "母" | "妈妈" | "妈" | "母子" | "母女" | "继母" | "养母" | "mother" => Relation::Mother,
        "祖父" | "祖母" | "外祖父" | "外祖母" | "爷爷" | "奶奶" | "外公" | "外婆" | "姥姥" | "姥爷" | "公公"
        | "婆婆" | "祖父母" | "外祖父母" | "祖孙" | "爷孙" | "grandparent" => Relation::Grandparent,
        "其他" | "其它" | "兄" | "姐" | "哥哥" | "姐姐" | "兄长" | "叔叔" | "伯父" | "姑姑" | "姑妈" | "舅舅"
        | "姨妈" | "亲属" | "其他亲属" | "其他监护人" | "监护人" | "other" => Relation::Other,
        _ => return None,
    })
}
