//! What the rig sees on a page that a reader would stumble over: faults of the layout, faint text, a focus nobody sees; and
//! what a camera would read from it.

use super::Browser;
use anyhow::{Context, Result, ensure};
use serde_json::json;

impl Browser {
    /// What is wrong with the page now shown, in sentences; empty is good. Everywhere: one h1, a title and a language, a
    /// label for every field and a name for every button, no double id, no sideways scroll, nothing from another origin,
    /// nothing missing, text that stands out from its ground and is not cut, no complaint of the browser (a script's error, a
    /// breach of the content policy). With `touch` (public pages) also targets of 44 px; in elder mode its numbers too.
    /// Complaints are told once.
    pub fn faults(&mut self, touch: bool) -> Result<Vec<String>> {
        let found = self.evaluate("return faults(arguments[0], arguments[1])", &json!([self.width, touch]))?;
        let mut found: Vec<String> = serde_json::from_value(found)?;
        found.extend(self.complaints()?);
        Ok(found)
    }

    /// The browser's severe complaints since last asked: errors of scripts and breaches of the content policy. That a page
    /// was answered with 422 is no complaint, a page may.
    pub fn complaints(&mut self) -> Result<Vec<String>> {
        let log = self.command("POST", "/se/log", &json!({ "type": "browser" }))?;
        let severe = log.as_array().into_iter().flatten().filter(|entry| entry["level"] == "SEVERE");
        let messages = severe.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned());
        Ok(messages.filter(|text| !text.contains("the server responded with a status of")).collect())
    }

    /// Walks the page with Tab, over `steps` of its stops at most, and names what took the focus without showing it and what
    /// Tab passed by. Nothing at all that can be reached is a fault too.
    pub fn unseen_focus(&mut self, steps: usize) -> Result<Vec<String>> {
        let names = self.evaluate("return fromTheTop().map(told)", &json!([]))?;
        let names: Vec<String> = serde_json::from_value(names)?;
        let wanted = names.len().min(steps);
        let (mut faults, mut reached) = (Vec::new(), vec![false; names.len()]);
        let mut last = json!(null);
        // A date has several stops inside, so there are more steps than stops; and there the focus is left alone.
        for _ in 0..wanted * 4 {
            self.press("Tab")?;
            let told = "const at = stops().indexOf(document.activeElement); return [at, at === arguments[0] ? ['', true] : focus() || []]";
            let told = self.evaluate(told, &json!([last]))?;
            let Some(name) = told[1][0].as_str() else { break };
            last = told[0].clone();
            if told[1][1] != true {
                faults.push(format!("{name} does not show that it has the focus"));
            }
            if let Some(at) = told[0].as_u64().and_then(|at| usize::try_from(at).ok()) {
                reached[at] = true;
            }
            if reached[..wanted].iter().all(|yes| *yes) {
                break;
            }
        }
        let passed = names.iter().zip(&reached).take(wanted).filter(|(_, yes)| !**yes);
        faults.extend(passed.map(|(name, _)| format!("{name} cannot be reached with Tab")));
        if wanted == 0 {
            faults.push("nothing on the page takes the focus".to_owned());
        }
        faults.sort();
        faults.dedup();
        Ok(faults)
    }

    /// The texts of the page now shown that have Chinese in them, names and labels too, each once; not those that say
    /// themselves to be Chinese.
    pub fn chinese(&mut self) -> Result<Vec<String>> {
        Ok(serde_json::from_value(self.evaluate("return chinese()", &json!([]))?)?)
    }

    /// What a phone's camera reads from the QR code now shown, the first one on the page: the picture is sampled as it is
    /// drawn, dot by dot, and read by a decoder that is not ours.
    pub fn scanned(&mut self) -> Result<String> {
        let drawn = self.evaluate("return dots()", &json!([]))?;
        let rows: Vec<String> = serde_json::from_value(drawn)?;
        let rows: Vec<&[u8]> = rows.iter().map(String::as_bytes).collect();
        ensure!(!rows.is_empty(), "no QR code at {}", self.url()?);
        let dark = |x: usize, y: usize| if rows[y][x] == b'#' { 0 } else { 255 };
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(rows[0].len(), rows.len(), dark);
        let grids = picture.detect_grids();
        let (_, text) = grids.first().context("the picture has no QR code in it")?.decode()?;
        Ok(text)
    }
}
