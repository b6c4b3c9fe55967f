//! Which heading means which field. Only headings that are known word for word are taken; the rest is left for the clerk
//! to tell.

use std::collections::BTreeMap;

use people::rules::narrow;

/// What a roster lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One volunteer a row.
    Volunteers,
    /// One team a row.
    Teams,
}

macro_rules! fields {
    ($($(#[$words:meta])* $name:ident = $key:literal,)*) => {
        /// What a column holds, in either kind of roster.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Field { $($(#[$words])* $name,)* }

        impl Field {
            /// Every field.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name in map files and in answers.
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
        }
    };
}

fields! {
    /// The person's or the team's name.
    Name = "name",
    /// 1 or 2 of GB/T 2261.1, or a word.
    Sex = "sex",
    /// The number of the identity document.
    IdNumber = "id_number",
    /// Which document.
    IdType = "id_type",
    /// Day of birth, or month under a heading that asks for the month.
    BirthDate = "birth_date",
    /// Mobile or landline.
    Phone = "phone",
    /// The names (or numbers) of the person's teams.
    Team = "team",
    /// The numbers of the person's teams, beside their names.
    TeamNumber = "team_number",
    /// What the person does in the team.
    Role = "role",
    /// Party branch.
    Branch = "branch",
    /// GB/T 4762, or a stage on the way to membership.
    PoliticalStatus = "political_status",
    /// Day of joining the Party.
    JoinedPartyOn = "joined_party_on",
    /// GB/T 4658.
    Education = "education",
    /// GB/T 3304.
    Ethnicity = "ethnicity",
    /// Place of work.
    Employer = "employer",
    /// Town or street.
    Town = "town",
    /// Community or village.
    Community = "community",
    /// Where the person lives.
    Address = "address",
    /// What the person is good at.
    Skills = "skills",
    /// E-mail.
    Email = "email",
    /// Day of becoming a volunteer.
    JoinedOn = "joined_on",
    /// Anything else.
    Remark = "remark",
    /// The number that this system gave.
    VolunteerNo = "volunteer_no",
    /// A team's own number.
    Number = "number",
    /// What kind of team.
    TeamKind = "kind",
    /// Who leads the team.
    LeaderName = "leader_name",
    /// The leader's phone.
    LeaderPhone = "leader_phone",
    /// Day of the team's founding.
    FoundedOn = "founded_on",
    /// Whom to ask.
    Contact = "contact",
    /// Their phone.
    ContactPhone = "contact_phone",
    /// The team or body above.
    Parent = "parent",
}

impl Field {
    /// The field of a key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.key() == key)
    }
}

/// Which column holds which field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    fields: Vec<Option<Field>>,
    /// Columns whose heading means a field that an earlier column has: they are not read.
    pub doubled: Vec<(usize, Field)>,
}

impl Mapping {
    /// The field of a column, from 0.
    pub fn field(&self, column: usize) -> Option<Field> {
        self.fields.get(column).copied().flatten()
    }

    /// The column of a field, from 0.
    pub fn column(&self, field: Field) -> Option<usize> {
        self.fields.iter().position(|held| *held == Some(field))
    }

    /// The fields that have a column, with it, from left to right.
    pub fn known(&self) -> impl Iterator<Item = (usize, Field)> {
        self.fields.iter().enumerate().filter_map(|(column, field)| field.map(|field| (column, field)))
    }
}

/// Guesses the fields of headings, each given with the one above it (empty in a heading of one row). `told` is the clerk's
/// own map from heading to field and goes first; its `None` leaves a column out.
pub fn guess(kind: Kind, headings: &[(String, String)], told: &BTreeMap<String, Option<Field>>) -> Mapping {
    let mut mapping = Mapping::default();
    for (column, (above, heading)) in headings.iter().enumerate() {
        let field = told_field(told, above, heading).unwrap_or_else(|| field_of(kind, above, heading));
        match field {
            Some(field) if mapping.column(field).is_some() => {
                mapping.doubled.push((column, field));
                mapping.fields.push(None);
            }
            field => mapping.fields.push(field),
        }
    }
    mapping
}

fn told_field(told: &BTreeMap<String, Option<Field>>, above: &str, heading: &str) -> Option<Option<Field>> {
    if told.is_empty() {
        return None;
    }
    let wanted = [plain(&format!("{above}{heading}")), plain(heading)];
    told.iter().find(|(name, _)| wanted.contains(&plain(name))).map(|(_, field)| *field)
}

fn field_of(kind: Kind, above: &str, heading: &str) -> Option<Field> {
    if ["紧急", "监护", "家属", "家长", "父亲", "母亲", "配偶", "介绍人", "推荐人"]
        .iter()
        .any(|other| above.contains(other))
    {
        return None;
    }
    let (above_plain, above_bare) = (plain(above), bare(above));
    let names = [plain(heading), bare(heading)];
    let together = [format!("{above_plain}{}", names[0]), format!("{above_bare}{}", names[1])];
    names.iter().chain(&together).filter(|name| !name.is_empty()).find_map(|name| match kind {
        Kind::Volunteers => of_volunteers(name),
        Kind::Teams => of_teams(name),
    })
}

/// Without spaces, stars, colons and brackets; small letters. What brackets hold is kept: 村（居） is 村居.
pub(super) fn plain(heading: &str) -> String {
    narrow(heading)
        .chars()
        .filter(|c| !c.is_whitespace() && !"*:()[]【】★☆#/_-·.、\"'".contains(*c))
        .collect::<String>()
        .to_lowercase()
}

/// The same without what brackets hold: 手机号码（11 位） is 手机号码.
fn bare(heading: &str) -> String {
    let mut depth = 0_usize;
    let outside: String = narrow(heading)
        .chars()
        .filter(|c| {
            match c {
                '(' | '[' | '【' => depth += 1,
                ')' | ']' | '】' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect();
    plain(&outside)
}

fn of_volunteers(name: &str) -> Option<Field> {
    VOLUNTEERS.iter().find(|(_, words)| words.contains(&name)).map(|(field, _)| *field)
}

fn of_teams(name: &str) -> Option<Field> {
    TEAMS.iter().find(|(_, words)| words.contains(&name)).map(|(field, _)| *field)
}

const VOLUNTEERS: &[(Field, &[&str])] = &[
    (
        Field::Name,
        &[
            "姓名",
            "名字",
            "志愿者姓名",
            "志愿者",
            "党员姓名",
            "队员姓名",
            "真实姓名",
            "人员姓名",
            "成员姓名",
            "义工姓名",
            "name",
            "fullname",
        ],
    ),
    (Field::Sex, &["性别", "sex", "gender", "男女", "性別"]),
    (
        Field::IdNumber,
        &[
            "身份证号码",
            "身份证号",
            "身份证",
            "居民身份证号码",
            "居民身份证号",
            "公民身份号码",
            "公民身份证号码",
            "公民身份证号",
            "证件号码",
            "证件号",
            "有效证件号码",
            "身份证件号码",
            "身份证件号",
            "二代身份证号码",
            "身份证编号",
            "身份號碼",
            "idnumber",
            "idno",
            "idcard",
        ],
    ),
    (Field::IdType, &["证件类型", "证件类别", "证件种类", "证件名称", "身份证件类型", "有效证件类型", "idtype"]),
    (
        Field::BirthDate,
        &["出生日期", "出生年月", "出生年月日", "生日", "出生时间", "出生", "birthdate", "birthday", "dateofbirth"],
    ),
    (
        Field::Phone,
        &[
            "手机",
            "手机号",
            "手机号码",
            "电话",
            "电话号码",
            "联系电话",
            "联系方式",
            "联系手机",
            "移动电话",
            "本人电话",
            "本人手机",
            "联系号码",
            "手提电话",
            "手提",
            "电话手机",
            "手机电话",
            "联系方式手机",
            "联系方式电话",
            "志愿者电话",
            "phone",
            "mobile",
            "tel",
            "telephone",
        ],
    ),
    (
        Field::Team,
        &[
            "队伍",
            "所属队伍",
            "所在队伍",
            "志愿队伍",
            "队伍名称",
            "志愿队",
            "所属志愿队",
            "所在志愿队",
            "志愿队名称",
            "服务队",
            "志愿服务队",
            "所属服务队",
            "所属志愿服务队",
            "所在服务队",
            "志愿服务队名称",
            "服务队名称",
            "团队",
            "所属团队",
            "志愿团队",
            "团队名称",
            "志愿团体",
            "所属志愿者队伍",
            "志愿者队伍",
            "志愿服务队伍",
            "所属志愿服务队伍",
            "所属分队",
            "分队",
            "党员志愿服务队",
            "党员先锋队",
            "加入队伍",
            "参加队伍",
            "所属组织",
            "队别",
            "team",
            "teams",
        ],
    ),
    (
        Field::TeamNumber,
        &["队伍编号", "所属队伍编号", "团队编号", "志愿队编号", "队号", "服务队编号", "teamnumber", "teamno"],
    ),
    (
        Field::Role,
        &[
            "队内职务",
            "职务",
            "队内角色",
            "角色",
            "队中职务",
            "志愿队职务",
            "担任职务",
            "队伍职务",
            "团队职务",
            "身份",
            "role",
        ],
    ),
    (
        Field::Branch,
        &[
            "党支部",
            "所在党支部",
            "所属党支部",
            "支部",
            "所在支部",
            "所属支部",
            "所在党组织",
            "所属党组织",
            "党组织",
            "党组织名称",
            "支部名称",
            "党支部名称",
            "所在党支部名称",
            "组织关系所在党支部",
            "组织关系所在支部",
            "组织关系所在单位",
            "组织关系",
            "隶属党组织",
            "branch",
        ],
    ),
    (
        Field::PoliticalStatus,
        &["政治面貌", "政治面目", "政治身份", "党员类别", "人员类别党员", "是否党员类别", "politicalstatus"],
    ),
    (
        Field::JoinedPartyOn,
        &[
            "入党时间",
            "入党日期",
            "入党年月",
            "加入党组织日期",
            "加入党组织时间",
            "加入中共组织时间",
            "入党年月日",
            "joinedpartyon",
        ],
    ),
    (Field::Education, &["学历", "文化程度", "最高学历", "教育程度", "受教育程度", "education"]),
    (Field::Ethnicity, &["民族", "ethnicity", "族别"]),
    (
        Field::Employer,
        &[
            "单位",
            "工作单位",
            "所在单位",
            "就职单位",
            "服务单位",
            "工作单位及职务",
            "单位名称",
            "工作单位名称",
            "所属单位",
            "工作单位学校",
            "单位学校",
            "学校单位",
            "employer",
        ],
    ),
    (
        Field::Town,
        &[
            "镇街",
            "街镇",
            "所属镇街",
            "所在镇街",
            "镇",
            "街道",
            "所在街道",
            "所属街道",
            "镇街道",
            "镇街名称",
            "街道镇",
            "所属镇街道",
            "所在镇",
            "乡镇街道",
            "乡镇",
            "居住镇街",
            "服务镇街",
            "town",
        ],
    ),
    (
        Field::Community,
        &[
            "社区",
            "所在社区",
            "所属社区",
            "村居",
            "所属村居",
            "所在村居",
            "居委会",
            "村居名称",
            "村社区",
            "村居社区",
            "村",
            "社区村",
            "社区名称",
            "居住社区",
            "村居委",
            "所在村社区",
            "community",
        ],
    ),
    (
        Field::Address,
        &[
            "地址",
            "住址",
            "家庭住址",
            "家庭地址",
            "现住址",
            "居住地址",
            "现居住地址",
            "联系地址",
            "通讯地址",
            "详细地址",
            "现居住地",
            "常住地址",
            "address",
        ],
    ),
    (
        Field::Skills,
        &[
            "特长",
            "专业特长",
            "专业技能",
            "技能",
            "个人特长",
            "技能特长",
            "兴趣特长",
            "特长爱好",
            "爱好特长",
            "服务特长",
            "特长技能",
            "skills",
        ],
    ),
    (Field::Email, &["邮箱", "电子邮箱", "电子邮件", "email", "邮箱地址", "mail", "联系方式邮箱"]),
    (
        Field::JoinedOn,
        &[
            "加入时间",
            "加入日期",
            "注册时间",
            "注册日期",
            "入队时间",
            "入队日期",
            "登记时间",
            "登记日期",
            "加入志愿队时间",
            "参加志愿服务时间",
            "成为志愿者时间",
            "入会时间",
            "joinedon",
        ],
    ),
    (Field::Remark, &["备注", "说明", "其他", "备注说明", "remark", "remarks", "note"]),
    (
        Field::VolunteerNo,
        &[
            "志愿者编号",
            "志愿者号",
            "志愿者证号",
            "注册编号",
            "志愿者统一编号",
            "义工编号",
            "义工号",
            "volunteerno",
            "volunteernumber",
        ],
    ),
];

const TEAMS: &[(Field, &[&str])] = &[
    (
        Field::Name,
        &[
            "队伍名称",
            "志愿队名称",
            "团队名称",
            "名称",
            "服务队名称",
            "志愿服务队名称",
            "志愿队伍名称",
            "志愿服务队伍名称",
            "队名",
            "组织名称",
            "队伍",
            "志愿队",
            "志愿队伍",
            "志愿服务队",
            "团体名称",
            "志愿团体名称",
            "name",
            "team",
        ],
    ),
    (Field::Number, &["队伍编号", "编号", "团队编号", "志愿队编号", "队号", "服务队编号", "number"]),
    (Field::TeamKind, &["类型", "类别", "队伍类型", "队伍类别", "团队类型", "团队类别", "队伍性质", "性质", "kind"]),
    (
        Field::Town,
        &[
            "镇街",
            "街镇",
            "所属镇街",
            "所在镇街",
            "镇",
            "街道",
            "所在街道",
            "所属街道",
            "镇街道",
            "镇街名称",
            "乡镇街道",
            "town",
        ],
    ),
    (
        Field::Community,
        &[
            "社区",
            "所在社区",
            "所属社区",
            "村居",
            "所属村居",
            "所在村居",
            "居委会",
            "村社区",
            "社区村",
            "村居社区",
            "community",
        ],
    ),
    (
        Field::LeaderName,
        &[
            "负责人",
            "负责人姓名",
            "队长",
            "队长姓名",
            "领队",
            "领队姓名",
            "队伍负责人",
            "团队负责人",
            "队伍负责人姓名",
            "leader",
            "leadername",
        ],
    ),
    (
        Field::LeaderPhone,
        &[
            "负责人电话",
            "负责人手机",
            "负责人联系电话",
            "队长电话",
            "队长手机",
            "队长联系电话",
            "负责人联系方式",
            "队长联系方式",
            "领队电话",
            "负责人手机号码",
            "队长手机号码",
            "负责人手机号",
            "leaderphone",
        ],
    ),
    (Field::FoundedOn, &["成立时间", "成立日期", "组建时间", "组建日期", "建队时间", "foundedon"]),
    (Field::Contact, &["联系人", "联络人", "联络员", "联系人姓名", "联络员姓名", "contact"]),
    (
        Field::ContactPhone,
        &[
            "联系电话",
            "联系人电话",
            "联系人手机",
            "联络员电话",
            "联络人电话",
            "电话",
            "手机",
            "联系方式",
            "联系人联系电话",
            "联系人联系方式",
            "手机号码",
            "联系手机",
            "contactphone",
            "phone",
        ],
    ),
    (
        Field::Parent,
        &[
            "上级组织",
            "上级队伍",
            "所属组织",
            "上级团队",
            "上级单位",
            "主管单位",
            "所属单位",
            "上级",
            "隶属组织",
            "上级党组织",
            "所属总队",
            "parent",
        ],
    ),
    (Field::Remark, &["备注", "说明", "简介", "队伍简介", "remark"]),
];
