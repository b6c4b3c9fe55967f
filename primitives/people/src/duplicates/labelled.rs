//! A labelled set: people as a district has them, doubles by the faults that registries make, and near misses. The scorer
//! is held to what it must find and to what it must leave alone.

use super::card::Card;
use super::scan::scan;
use super::score::Reason;
use crate::model::{NewPerson, Sex};
use crate::rules::identity::{Identity, Kind};
use chrono::{Datelike as _, Days, NaiveDate};
use std::collections::{HashMap, HashSet};

const SURNAMES: [&str; 20] = [
    "陈", "李", "黄", "梁", "何", "林", "张", "吴", "刘", "罗", "叶", "杨", "冯", "谭", "邓", "周", "关", "潘", "杜",
    "郭",
];
const GIVEN: [&str; 48] = [
    "志", "明", "慧", "敏", "伟", "强", "丽", "芳", "娜", "静", "秀", "英", "华", "玉", "兰", "建", "国", "文", "杰",
    "俊", "嘉", "欣", "怡", "婷", "浩", "然", "子", "轩", "梓", "涵", "雅", "晴", "健", "锋", "权", "光", "燕", "霞",
    "坚", "雄", "颖", "琪", "凯", "彤", "海", "波", "宏", "达",
];
/// Forms that a second clerk writes.
const FORMS: [(&str, &str); 12] = [
    ("陈", "陳"),
    ("张", "張"),
    ("刘", "劉"),
    ("黄", "黃"),
    ("华", "華"),
    ("国", "國"),
    ("丽", "麗"),
    ("伟", "偉"),
    ("杰", "傑"),
    ("兰", "蘭"),
    ("静", "靜"),
    ("颖", "穎"),
];
/// Characters that sound alike.
const SOUNDS: [(&str, &str); 12] = [
    ("志", "智"),
    ("明", "铭"),
    ("慧", "惠"),
    ("敏", "旻"),
    ("伟", "玮"),
    ("丽", "莉"),
    ("芳", "方"),
    ("静", "婧"),
    ("华", "桦"),
    ("欣", "馨"),
    ("怡", "宜"),
    ("浩", "皓"),
];
/// Characters that look alike to a tired eye.
const LOOKS: [(&str, &str); 8] =
    [("玉", "王"), ("光", "先"), ("坚", "竖"), ("然", "燃"), ("轩", "轲"), ("晴", "睛"), ("霞", "震"), ("波", "披")];

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % n as u64).unwrap()
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

fn phone(dice: &mut Dice) -> String {
    format!("13{:09}", dice.below(1_000_000_000))
}

fn born(dice: &mut Dice) -> NaiveDate {
    NaiveDate::from_ymd_opt(1945, 1, 1).unwrap() + Days::new(dice.below(24_000) as u64)
}

fn document(dice: &mut Dice, kind: Kind) -> Identity {
    Identity { kind, number: format!("440605{:012}", dice.below(1_000_000_000_000)), birth_date: None, sex: None }
}

fn somebody(dice: &mut Dice) -> NewPerson {
    let second = if dice.below(6) == 0 { "" } else { dice.of(&GIVEN) };
    let name = format!("{}{}{second}", dice.of(&SURNAMES), dice.of(&GIVEN));
    let mut new = NewPerson::named(&name, "440605125", NaiveDate::from_ymd_opt(2026, 1, 1).unwrap());
    new.sex = if dice.below(2) == 0 { Sex::Male } else { Sex::Female };
    new.birth_date = Some(born(dice));
    new.phone = Some(phone(dice));
    new.identity = (dice.below(100) < 88).then(|| document(dice, Kind::Resident));
    new
}

/// Writes one character otherwise; nothing where the name has none of them.
fn rewrite(name: &str, table: &[(&str, &str)]) -> Option<String> {
    let (from, to) = table.iter().find(|(from, _)| name.contains(from))?;
    Some(name.replacen(from, to, 1))
}

fn turned(phone: &str, at: usize) -> Option<String> {
    let mut digits: Vec<char> = phone.chars().collect();
    (digits[at] != digits[at + 1]).then(|| {
        digits.swap(at, at + 1);
        digits.into_iter().collect()
    })
}

/// The same person a second time, with a fault of this kind; nothing where it cannot befall them.
fn double(one: &NewPerson, fault: &str, dice: &mut Dice) -> Option<NewPerson> {
    let mut two = one.clone();
    two.id = crate::PersonId::fresh();
    // A second record arises where the first one's number is not seen: without a document, or with a passport.
    two.identity = (dice.below(3) == 0).then(|| document(dice, Kind::Passport));
    let letters: Vec<char> = one.name.chars().collect();
    match fault {
        "as it is" => two.phone = (dice.below(2) == 0).then(|| phone(dice)),
        "other form" => {
            two.name = rewrite(&one.name, &FORMS)?;
            two.phone = Some(phone(dice)).filter(|_| dice.below(2) == 0).or(two.phone);
        }
        "sounds alike" => two.name = rewrite(&one.name, &SOUNDS)?,
        "looks alike" => two.name = rewrite(&one.name, &LOOKS)?,
        "another character" => {
            let wrong = GIVEN[dice.below(GIVEN.len())];
            two.name = letters.iter().take(letters.len() - 1).collect::<String>() + wrong;
            if two.name == one.name {
                return None;
            }
        }
        "one more" => two.name = format!("{}{}", one.name, GIVEN[dice.below(GIVEN.len())]),
        "other order" if letters.len() == 3 => two.name = [letters[0], letters[2], letters[1]].iter().collect(),
        "surname changed" if letters.len() == 3 => {
            let other = SURNAMES.iter().find(|surname| !one.name.starts_with(**surname))?;
            two.name = format!("{other}{}{}", letters[1], letters[2]);
        }
        "slip in the phone" => two.phone = Some(turned(one.phone.as_deref()?, 3 + dice.below(6))?),
        "day and month turned" => {
            let day = one.birth_date?;
            two.birth_date = NaiveDate::from_ymd_opt(day.year(), day.day(), day.month()).filter(|other| *other != day);
            two.birth_date?;
        }
        "no birth date" => two.birth_date = None,
        "wrong number of the document" => two.identity = Some(document(dice, Kind::Resident)),
        "sex left out" => two.sex = Sex::Unknown,
        _ => return None,
    }
    Some(two)
}

const FAULTS: [&str; 13] = [
    "as it is",
    "other form",
    "sounds alike",
    "looks alike",
    "another character",
    "one more",
    "other order",
    "surname changed",
    "slip in the phone",
    "day and month turned",
    "no birth date",
    "wrong number of the document",
    "sex left out",
];

/// Two people who look like one.
fn near_miss(one: &NewPerson, kind: &str, dice: &mut Dice) -> NewPerson {
    let mut two = somebody(dice);
    two.identity = Some(document(dice, Kind::Resident));
    let letters: Vec<char> = one.name.chars().collect();
    match kind {
        "twins" => {
            (two.birth_date, two.phone, two.sex) = (one.birth_date, one.phone.clone(), one.sex);
            two.name = letters.iter().take(letters.len() - 1).collect::<String>() + dice.of(&GIVEN);
        }
        "father and son on one phone" => {
            two.phone.clone_from(&one.phone);
            two.birth_date = one.birth_date.map(|day| day + Days::new(9_000 + dice.below(3_000) as u64));
            two.name = letters.iter().take(letters.len() - 1).collect::<String>() + dice.of(&GIVEN);
        }
        "a couple on one phone" => two.phone.clone_from(&one.phone),
        "a common name" => two.name.clone_from(&one.name),
        "a common name, born the same day" => {
            two.name.clone_from(&one.name);
            two.birth_date = one.birth_date;
        }
        _ => {
            // Cousins: the same surname, a name that sounds alike, and the year.
            two.name = rewrite(&one.name, &SOUNDS).unwrap_or_else(|| one.name.clone());
        }
    }
    two
}

const MISSES: [&str; 6] = [
    "twins",
    "father and son on one phone",
    "a couple on one phone",
    "a common name",
    "a common name, born the same day",
    "cousins",
];

#[test]
fn of_labelled_doubles_98_in_100_are_found_and_95_in_100_of_what_is_found_are_doubles() {
    let mut dice = Dice(20_261_128);
    let base: Vec<NewPerson> = (0..6_000).map(|_| somebody(&mut dice)).collect();
    let (mut people, mut truth) = (base.clone(), HashMap::new());
    for (n, one) in base.iter().enumerate().take(4_000) {
        if n % 2 == 0 {
            let fault = FAULTS[n / 2 % FAULTS.len()];
            let Some(two) = double(one, fault, &mut dice) else { continue };
            truth.insert((one.id, two.id), fault);
            people.push(two);
        } else {
            // A near miss has its papers in order; who has none cannot be told from a double.
            let mut known = one.clone();
            known.identity.get_or_insert_with(|| document(&mut dice, Kind::Resident));
            people[n] = known;
            people.push(near_miss(one, MISSES[n / 2 % MISSES.len()], &mut dice));
        }
    }
    let cards: Vec<Card> = people.iter().map(Card::of_new).collect();
    let found: HashSet<_> = scan(&cards, 0).iter().map(|f| (cards[f.first].person, cards[f.second].person)).collect();
    let hits = truth.keys().filter(|pair| found.contains(pair)).count();
    let mut missed: HashMap<&str, usize> = HashMap::new();
    for (_, fault) in truth.iter().filter(|(pair, _)| !found.contains(pair)) {
        *missed.entry(fault).or_default() += 1;
    }
    let wrong: Vec<String> = found
        .iter()
        .filter(|pair| !truth.contains_key(pair))
        .map(|(a, b)| {
            let name = |id| &cards.iter().find(|card| card.person == id).unwrap().name;
            format!("{} {}", name(*a), name(*b))
        })
        .take(20)
        .collect();
    let (recall, precision) = (hits as f64 / truth.len() as f64, hits as f64 / found.len() as f64);
    println!(
        "{} doubles, recall {recall:.4}, precision {precision:.4}, missed {missed:?}, wrong {wrong:?}",
        truth.len()
    );
    assert!(truth.len() > 1_200, "only {} doubles were made", truth.len());
    assert!(recall >= 0.98, "recall {recall}: missed {missed:?}");
    assert!(precision >= 0.95, "precision {precision}: {wrong:?}");
}

#[test]
fn each_pair_says_why_in_the_order_in_which_it_was_weighed() {
    let mut dice = Dice(7);
    let mut one = somebody(&mut dice);
    one.name = "陈志明".to_owned();
    let why = |two: &NewPerson| super::score(&Card::of_new(&one), &Card::of_new(two), 1).map(|(_, reasons)| reasons);
    let mut two = one.clone();
    two.identity = None;
    two.name = "陈志民".to_owned();
    assert_eq!(why(&two), Some(vec![Reason::SamePhone, Reason::SameBirth, Reason::OneCharacter]));
    two.name = "陳志銘".to_owned();
    assert_eq!(why(&two).unwrap().last(), Some(&Reason::SameSound));
    two.name = "陳志明".to_owned();
    assert_eq!(why(&two).unwrap().last(), Some(&Reason::VariantName));
    two.name = "李志明".to_owned();
    assert_eq!(why(&two).unwrap().last(), Some(&Reason::OtherSurname));
    two.name = "陈明志".to_owned();
    assert_eq!(why(&two).unwrap().last(), Some(&Reason::OtherOrder));
    two.name = "陈志明华".to_owned();
    assert_eq!(why(&two).unwrap().last(), Some(&Reason::OneMore));
    two.name = "梁秀英".to_owned();
    assert_eq!(why(&two), None, "two on one phone, born the same day, are nothing alike");
}

#[test]
fn what_is_new_is_compared_with_everybody_and_the_old_not_with_each_other() {
    let mut dice = Dice(9);
    let old = somebody(&mut dice);
    let again = double(&old, "sex left out", &mut dice).unwrap();
    let third = double(&old, "sex left out", &mut dice).unwrap();
    let cards: Vec<Card> = [old, again, third].iter().map(Card::of_new).collect();
    assert_eq!(scan(&cards, 0).len(), 3);
    let new: Vec<_> = scan(&cards, 2).iter().map(|found| (found.first, found.second)).collect();
    assert_eq!(new.len(), 2);
    assert!(new.iter().all(|(_, second)| *second == 2));
}
