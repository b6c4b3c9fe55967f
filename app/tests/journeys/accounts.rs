//! An officer is appointed, signs in with two factors, and is out the moment the role is taken back.

use crate::house::{DESK, Engine, House, heading, path_of};
use crate::people::{PASSWORD, sign_in};
use anyhow::{Context, Result, ensure};

#[test]
fn an_officer_is_appointed_and_revoked() -> Result<()> {
    let Some(house) = House::open(Engine::Sqlite)? else { return Ok(()) };
    house.command(&["account", "create", "ou", "--role", "accounts", "--password", PASSWORD])?;
    let (mut registrar, mut officer) = (house.browser(DESK)?, house.browser(DESK)?);
    sign_in(&house, &mut registrar, "ou")?;
    house.visit(&mut registrar, "/desk/accounts")?;
    registrar.fill("用户名", "tan")?;
    registrar.fill("姓名", "谭咏仪")?;
    registrar.click_text("建账号")?;
    registrar.wait_for_text("只用一次")?;
    let link = registrar.texts("code")?.pop().context("a link")?;

    officer.goto(&link)?;
    heading(&mut officer, "设置密码")?;
    officer.fill("密码", PASSWORD)?;
    officer.fill("再输一遍", PASSWORD)?;
    officer.click_text("保存")?;
    officer.wait_for_text("设置好了，请登录。")?;
    officer.goto(&link)?;
    ensure!(!officer.text()?.contains("再输一遍"), "the link works twice");

    registrar.click_text("tan")?;
    heading(&mut registrar, "谭咏仪")?;
    registrar.fill("角色", "镇街干事")?;
    registrar.fill("区划代码", "440605125")?;
    registrar.click_text("给角色")?;
    registrar.wait_for_text("已给角色。")?;
    let account = path_of(&mut registrar)?;

    sign_in(&house, &mut officer, "tan")?;
    house.visit(&mut officer, "/desk/people")?;
    heading(&mut officer, "志愿者")?;
    house.visit(&mut officer, "/desk/accounts")?;
    heading(&mut officer, "这一步你不能办")?;

    house.visit(&mut registrar, &account)?;
    registrar.click_text("收回")?;
    registrar.wait_for_text("角色已收回，对方已退出登录。")?;
    house.visit(&mut officer, "/desk/people")?;
    heading(&mut officer, "登录")?;
    sign_in(&house, &mut officer, "tan")?;
    house.visit(&mut officer, "/desk/people")?;
    heading(&mut officer, "这一步你不能办")?;
    house.close()
}
