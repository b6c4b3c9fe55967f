//! The words of rosters for coded values: GB/T 4762, GB/T 4658, GB/T 3304. A word that could mean two codes is not here.

use people::rules::narrow;

/// How far somebody is on the way to membership; not a political status of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// 入党申请人.
    Applicant,
    /// 入党积极分子.
    Activist,
    /// 发展对象.
    Candidate,
}

/// A political status: the code if the word tells one, and the stage if it tells that instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Political {
    /// 01 to 13.
    pub code: Option<&'static str>,
    /// The stage.
    pub stage: Option<Stage>,
}

pub(super) fn political(text: &str) -> Option<Political> {
    let word = squeezed(text);
    let stage = match word.as_str() {
        "入党申请人" => Some(Stage::Applicant),
        "积极分子" | "入党积极分子" => Some(Stage::Activist),
        "发展对象" | "党员发展对象" | "入党发展对象" => Some(Stage::Candidate),
        _ => None,
    };
    if stage.is_some() {
        return Some(Political { code: None, stage });
    }
    let code = match word.as_str() {
        "01"
        | "1"
        | "中共党员"
        | "党员"
        | "正式党员"
        | "中国共产党党员"
        | "共产党员"
        | "中共正式党员"
        | "在职党员"
        | "离退休党员"
        | "中共" => "01",
        "02" | "2" | "中共预备党员" | "预备党员" | "中国共产党预备党员" => "02",
        "03" | "3" | "共青团员" | "团员" | "中国共产主义青年团团员" | "青年团员" => "03",
        "04" | "4" | "民革党员" | "民革" => "04",
        "05" | "5" | "民盟盟员" | "民盟" => "05",
        "06" | "6" | "民建会员" | "民建" => "06",
        "07" | "7" | "民进会员" | "民进" => "07",
        "08" | "8" | "农工党党员" | "农工党" | "农工民主党党员" => "08",
        "09" | "9" | "致公党党员" | "致公党" => "09",
        "10" | "九三学社社员" | "九三学社" | "九三" => "10",
        "11" | "台盟盟员" | "台盟" => "11",
        "12" | "无党派人士" | "无党派" | "无党派民主人士" => "12",
        // A Young Pioneer is a member of none of the bodies above.
        "13" | "群众" | "普通群众" | "普通公民" | "少先队员" => "13",
        _ => return None,
    };
    Some(Political { code: Some(code), stage: None })
}

pub(super) fn education(text: &str) -> Option<&'static str> {
    let word = squeezed(text);
    if let Some(code) = EDUCATION_CODES.iter().find(|code| **code == word) {
        return Some(code);
    }
    let word = word.strip_suffix("学历").or_else(|| word.strip_suffix("毕业")).unwrap_or(&word);
    Some(match word {
        "博士" | "博士研究生" | "博士生" => "11",
        "硕士" | "硕士研究生" | "硕士生" => "14",
        "研究生" | "研究生教育" | "硕士及以上" | "研究生及以上" => "10",
        "研究生班" => "17",
        "本科" | "大学本科" | "大学" | "全日制本科" | "在职本科" | "学士" => "21",
        "大专" | "专科" | "大学专科" | "全日制大专" | "高职" => "31",
        "中专" | "中等专科" | "中职" | "中等职业" => "41",
        "职高" | "职业高中" | "职中" => "44",
        "技校" | "技工学校" => "47",
        "高中" | "普通高中" | "普通高级中学" => "61",
        "初中" | "初级中学" | "普通初中" => "71",
        "小学" => "81",
        "其他" | "文盲" | "小学以下" | "文盲半文盲" => "90",
        _ => return None,
    })
}

const EDUCATION_CODES: [&str; 40] = [
    "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23", "28", "30", "31", "32", "33",
    "40", "41", "42", "43", "44", "45", "46", "47", "48", "49", "60", "61", "62", "63", "70", "71", "73", "80", "81",
    "83", "90",
];

pub(super) fn ethnicity(text: &str) -> Option<&'static str> {
    let word = squeezed(text);
    if let Some(code) = ETHNICITY_CODES.iter().find(|code| **code == word || code.trim_start_matches('0') == word) {
        return Some(code);
    }
    let name = word.strip_suffix('族').unwrap_or(&word);
    match name {
        "其他" | "其它" => return Some("97"),
        "外国血统中国籍人士" | "外国血统" => return Some("98"),
        _ => {}
    }
    let at = PEOPLES.split(' ').position(|people| people == name)?;
    ETHNICITY_CODES.get(at).copied()
}

const PEOPLES: &str = "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 \
    乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺";

const ETHNICITY_CODES: [&str; 56] = [
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19",
    "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32", "33", "34", "35", "36", "37", "38",
    "39", "40", "41", "42", "43", "44", "45", "46", "47", "48", "49", "50", "51", "52", "53", "54", "55", "56",
];

fn squeezed(text: &str) -> String {
    narrow(text).chars().filter(|c| !c.is_whitespace() && !"()".contains(*c)).collect()
}
