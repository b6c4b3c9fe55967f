//! Routes: none without a permission, because none can be added without naming one.

use super::document;
use crate::app::{App, RouteFact};
use crate::cx::Cx;
use crate::error::Error;
use crate::policy::Permission;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, delete, get, post, put};
use std::sync::Arc;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

type State = Arc<App>;

/// A room's routes.
pub struct Routes {
    router: OpenApiRouter<State>,
    facts: Vec<RouteFact>,
}

impl Default for Routes {
    fn default() -> Self {
        Self::new()
    }
}

impl Routes {
    /// No routes yet.
    #[must_use]
    pub fn new() -> Self {
        Self { router: OpenApiRouter::new(), facts: Vec::new() }
    }

    /// A page to read.
    #[must_use]
    pub fn get<H: Handler<T, State>, T: 'static>(self, path: &str, permission: Permission, handler: H) -> Self {
        self.add("GET", path, permission, get(handler))
    }

    /// A deed.
    #[must_use]
    pub fn post<H: Handler<T, State>, T: 'static>(self, path: &str, permission: Permission, handler: H) -> Self {
        self.add("POST", path, permission, post(handler))
    }

    /// A change by a program.
    #[must_use]
    pub fn put<H: Handler<T, State>, T: 'static>(self, path: &str, permission: Permission, handler: H) -> Self {
        self.add("PUT", path, permission, put(handler))
    }

    /// A removal by a program.
    #[must_use]
    pub fn delete<H: Handler<T, State>, T: 'static>(self, path: &str, permission: Permission, handler: H) -> Self {
        self.add("DELETE", path, permission, delete(handler))
    }

    /// JSON, documented where it is routed: `.api(PERMISSION, routes!(index))`. Paths begin with `/api/v1`.
    #[must_use]
    pub fn api(mut self, permission: Permission, (schemas, mut paths, methods): UtoipaMethodRouter<State>) -> Self {
        for (path, item) in &mut paths.paths {
            let all = [
                ("GET", &mut item.get),
                ("POST", &mut item.post),
                ("PUT", &mut item.put),
                ("PATCH", &mut item.patch),
                ("DELETE", &mut item.delete),
            ];
            for (method, operation) in all {
                if let Some(operation) = operation {
                    document::complete(operation, (method, path), permission);
                    self.facts.push(RouteFact { method, path: path.clone(), permission, api: true });
                }
            }
        }
        let guarded = methods.route_layer(from_fn(move |cx, request, next| guard(permission, cx, request, next)));
        self.router = self.router.routes((schemas, paths, guarded));
        self
    }

    fn add(mut self, method: &'static str, path: &str, permission: Permission, methods: MethodRouter<State>) -> Self {
        self.facts.push(RouteFact { method, path: path.to_owned(), permission, api: path.starts_with("/api/") });
        let guarded = methods.route_layer(from_fn(move |cx, request, next| guard(permission, cx, request, next)));
        self.router = self.router.route(path, guarded);
        self
    }

    /// What the routes ask for.
    #[must_use]
    pub fn facts(&self) -> &[RouteFact] {
        &self.facts
    }

    pub(super) fn join(all: Vec<Self>) -> (axum::Router<State>, OpenApi) {
        let mut joined = OpenApiRouter::new();
        for routes in all {
            joined = joined.merge(routes.router);
        }
        joined.split_for_parts()
    }
}

/// The first question of every route: does this actor hold the permission anywhere. The handler asks about the object.
async fn guard(permission: Permission, cx: Result<Cx, Error>, request: Request, next: Next) -> Response {
    match cx.and_then(|cx| cx.may_somewhere(permission)) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}
