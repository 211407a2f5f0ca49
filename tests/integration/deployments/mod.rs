//! `fetch` of deployments from made-up systems that are no git servers, each in the shapes of its documentation.
//!
//! [`world`] says what was deployed; `azure_devops`, `argocd`, `buildkite`, `jenkins` and `http` answer questions about it;
//! [`server`] puts that on a loopback port. The tests in `every_system` hold for each of them.

mod argocd;
mod azure_devops;
mod buildkite;
mod every_system;
mod http;
mod jenkins;
mod server;
mod world;
