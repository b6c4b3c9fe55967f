//! The JSON interface as a whole: the document says every route, and every wrong call is answered in words.

#![expect(clippy::unwrap_used, reason = "a walk ends where it is surprised")]

use crate::district::{District, Somebody};
use crate::{files, root};
use kernel::policy::decide;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use testkit::{Reply, TestApp};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| METHODS.iter().map(move |m| ((*m).to_uppercase(), path.clone(), &item[*m])))
        .filter(|(_, _, operation)| !operation.is_null())
        .collect()
}

/// Every `$ref` of the document.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(all) => {
            found.extend(all.get("$ref").and_then(Value::as_str).map(str::to_owned));
            all.values().for_each(|value| references(value, found));
        }
        Value::Array(all) => all.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// What OpenAPI 3.1 asks of an operation.
fn wrong_of(method: &str, path: &str, operation: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let in_path: BTreeSet<&str> =
        path.split('{').skip(1).map(|part| part.split('}').next().unwrap_or_default()).collect();
    let parameters: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().collect();
    let named: BTreeSet<&str> = parameters
        .iter()
        .filter(|p| p["in"] == "path")
        .inspect(|p| wrong.extend((p["required"] != true).then(|| format!("{} is not required", p["name"]))))
        .map(|p| p["name"].as_str().unwrap_or_default())
        .collect();
    wrong.extend((in_path != named).then(|| format!("tells the parameters {named:?}")));
    let all: BTreeSet<(&str, &str)> = parameters
        .iter()
        .map(|p| (p["in"].as_str().unwrap_or_default(), p["name"].as_str().unwrap_or_default()))
        .collect();
    wrong.extend((all.len() != parameters.len()).then(|| "names a parameter twice".to_owned()));
    wrong.extend(parameters.iter().filter(|p| p["schema"].is_null()).map(|p| format!("{} has no schema", p["name"])));
    let responses = operation["responses"].as_object().cloned().unwrap_or_default();
    let told = responses.iter().filter(|(status, said)| {
        let known = *status == "default" || status.len() == 3 && status.bytes().all(|b| b.is_ascii_digit());
        known && said["description"].is_string()
    });
    wrong.extend(
        (responses.is_empty() || told.count() != responses.len())
            .then(|| format!("has a strange response: {}", operation["responses"])),
    );
    let good = responses.iter().any(|(status, _)| status.starts_with('2'));
    wrong.extend((!good).then(|| "does not say what it answers".to_owned()));
    let errors =
        responses.iter().filter(|(status, _)| status.starts_with('4')).filter_map(|(_, said)| said.get("content"));
    let plain = errors.filter(|content| content.get("application/problem+json").is_none()).count();
    wrong.extend((plain > 0).then(|| "tells errors as plain JSON".to_owned()));
    let said = operation["summary"].as_str().or(operation["description"].as_str()).unwrap_or_default();
    wrong.extend(said.is_empty().then(|| "says nothing of itself".to_owned()));
    wrong.into_iter().map(|what| format!("{method} {path} {what}")).collect()
}

#[tokio::test]
async fn the_document_says_every_route_and_is_openapi() {
    let app = TestApp::embedded(crate::district::all).await;
    let document = app.stranger().get("/openapi.json").await.expect(200).json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let operations = operations(&document);
    let told: BTreeSet<(String, String)> = operations.iter().map(|(m, p, _)| (m.clone(), p.clone())).collect();
    let routes = app.app.routes.iter().filter(|r| r.path.starts_with("/api/"));
    let routed: BTreeSet<(String, String)> = routes.map(|r| (r.method.to_owned(), r.path.clone())).collect();
    assert_eq!(told, routed, "the document and the routes");
    let mut wrong: Vec<String> = operations.iter().flat_map(|(m, p, o)| wrong_of(m, p, o)).collect();
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, _, operation) in &operations {
        *ids.entry(operation["operationId"].as_str().unwrap_or_default()).or_default() += 1;
    }
    wrong.extend(ids.iter().filter(|(id, n)| **n > 1 || id.is_empty()).map(|(id, n)| format!("{n} are called {id:?}")));
    let mut all = BTreeSet::new();
    references(&document, &mut all);
    for reference in &all {
        let there = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        wrong.extend(there.is_none().then(|| format!("{reference} leads nowhere")));
    }
    println!("{} operations, {} references", operations.len(), all.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Two rooms that call different things by one name would overwrite each other in the document.
#[test]
fn no_two_shapes_have_one_name() {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files(&root(), &[".rs"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        for part in text.split("ToSchema").skip(1).filter(|part| part.starts_with(')') || part.starts_with(',')) {
            let after = part.split_once("\n").map_or("", |(_, rest)| rest);
            let line = after.lines().find(|l| l.contains("struct ") || l.contains("enum ")).unwrap_or_default();
            let name = line.split("struct ").chain(line.split("enum ")).nth(1).unwrap_or_default();
            let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
            names.entry(name).or_default().push(path.display().to_string());
        }
    }
    assert!(names.len() > 20, "only {} shapes were found", names.len());
    let doubled: Vec<_> = names.iter().filter(|(name, at)| !name.is_empty() && at.len() > 1).collect();
    assert!(doubled.is_empty(), "{doubled:?}");
}

/// What is wrong with how a wrong call is answered.
fn unsaid(name: &str, reply: &Reply) -> Option<String> {
    let problem = reply.header("content-type") == "application/problem+json";
    let said = problem.then(|| reply.json()).filter(|p| p["title"].as_str().is_some_and(|t| t.chars().count() > 3));
    let fits = said.is_some_and(|p| p["status"] == reply.status.as_u16() && p["code"].is_string());
    let right = reply.status.is_client_error() && fits;
    (!right).then(|| format!("{name}: {} {} {}", reply.status, reply.header("content-type"), reply.text()))
}

/// One operation and somebody who may call it.
struct Called<'c> {
    method: &'c str,
    path: &'c str,
    operation: &'c Value,
    who: &'c Somebody,
    app: &'c TestApp,
}

impl Called<'_> {
    /// The address with every id of its path the same.
    fn at(&self, id: &str) -> String {
        let part = |part: &str| part.split_once('}').map_or_else(|| part.to_owned(), |(_, rest)| format!("{id}{rest}"));
        self.path.split('{').map(part).collect()
    }

    async fn json(&self, path: &str, body: Option<&Value>) -> Reply {
        self.who.visitor.json(self.method, path, self.who.token.as_deref(), body, None).await
    }

    /// Ids that are none, filters that nobody knows, cursors of other lists.
    async fn addressed(&self, wrong: &mut Vec<String>) -> usize {
        let (method, path) = (self.method, self.path);
        let mut asked = 0;
        if path.contains('{') {
            asked += 1;
            wrong
                .extend(unsaid(&format!("{method} {path} with a wrong id"), &self.json(&self.at("no-id"), None).await));
        }
        let queries: Vec<&str> = self.operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|p| p["in"] == "query")
            .filter_map(|p| p["name"].as_str())
            .collect();
        for query in ["nonsense=1", "cursor=%21", "cursor=WyJ4Il0"] {
            // Without an object the list is asked at once; with one, the object is looked for first.
            let known = query.starts_with("cursor") && queries.contains(&"cursor") && !path.contains('{');
            if !queries.is_empty() && (known || query.starts_with("nonsense")) {
                asked += 1;
                let reply = self.json(&format!("{}?{query}", self.at(&kernel::ids::fresh().to_string())), None).await;
                wrong.extend(unsaid(&format!("{method} {path}?{query}"), &reply));
            }
        }
        asked
    }

    /// Bodies that are none; and a browser's cookie, which is no token, whatever the call is.
    async fn bodied(&self, wrong: &mut Vec<String>) -> usize {
        let (method, path, at) = (self.method, self.path, self.at(&kernel::ids::fresh().to_string()));
        let body = &self.operation["requestBody"];
        let upload = body["content"].get("multipart/form-data").is_some();
        let kind = if upload { "multipart/form-data; boundary=x" } else { "application/json" };
        let bearer = format!("Bearer {}", self.who.token.as_deref().unwrap());
        let calls = [
            ("without a body", if body.is_null() { "x" } else { "" }),
            ("with an unknown field", r#"{"nonsense":1}"#),
            ("with a list", "[1]"),
            ("with a word", r#""word""#),
            ("with half of it", r#"{"person":"#),
            ("with bytes", "\u{0}\u{1}"),
        ];
        for (what, body) in calls {
            let headers = [("content-type", kind), ("authorization", bearer.as_str())];
            let reply = self.app.stranger().send(method, &at, &headers, body.to_owned()).await;
            wrong.extend(unsaid(&format!("{method} {path} {what}"), &reply));
        }
        let reply = self.who.visitor.send(method, &at, &[("content-type", "application/json")], "{}".to_owned()).await;
        let refused = reply.status == 400 && unsaid("", &reply).is_none();
        wrong.extend((!refused).then(|| format!("{method} {path} by cookie: {}", reply.status)));
        calls.len() + 1
    }
}

#[tokio::test]
async fn every_wrong_call_is_answered_in_words() {
    let app = TestApp::embedded(crate::district::all).await;
    let everybody = District::settle(&app).await.everybody().await;
    let document = app.stranger().get("/openapi.json").await.expect(200).json();
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for (method, path, operation) in operations(&document) {
        let fact = app.app.routes.iter().find(|r| r.method == method && r.path == path).unwrap();
        let may = |who: &&Somebody| who.tenant == app.tenant && decide(&who.actor, fact.permission, None).allowed;
        let who = everybody.iter().filter(|w| w.token.is_some()).find(may).unwrap();
        let called = Called { method: &method, path: &path, operation, who, app: &app };
        asked += called.addressed(&mut wrong).await;
        if method != "GET" {
            asked += called.bodied(&mut wrong).await;
        }
    }
    println!("{asked} wrong calls");
    assert!(asked > 60 && wrong.is_empty(), "{asked}: {}", wrong.join("\n"));
}
