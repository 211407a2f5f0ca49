//! The repo of a clone, from the address of its remote.

use gix::Repository;

use super::error::GitError;
use crate::domain::words::within_a_message;
use crate::sources::repo_address::repo_of;

/// The repo of the remote `origin`.
///
/// # Errors
/// There is no such remote, or its address has no name of a repo.
pub(super) fn origin(clone: &Repository, name: &str) -> Result<String, GitError> {
    let snapshot = clone.config_snapshot();
    // A remote may have several addresses; git reads from the first.
    let url = snapshot.plumbing().strings("remote.origin.url").and_then(|urls| urls.into_iter().next());
    let unknown = |why: String| GitError::NoRepo { clone: name.to_owned(), why };
    let Some(url) = url else { return Err(unknown("the clone has no remote `origin`".to_owned())) };
    let url = url.to_string();
    repo_of(&url).ok_or_else(|| {
        unknown(format!("the address of its remote `origin` is `{}`, without owner and name", without_secrets(&url)))
    })
}

/// An address without a login and a query, which may hold a token.
fn without_secrets(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let shown = match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').map_or((rest, None), |(host, path)| (host, Some(path)));
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            path.map_or_else(|| format!("{scheme}://{host}"), |path| format!("{scheme}://{host}/{path}"))
        }
        None => url.to_owned(),
    };
    within_a_message(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_a_message_has_no_login() {
        for (url, shown) in [
            ("https://ann:secret@host.example/web.git?token=secret", "https://host.example/web.git"),
            ("https://secret@host.example", "https://host.example"),
            ("/srv/git/web\u{1b}[31m.git", "/srv/git/web\u{fffd}[31m.git"),
        ] {
            assert_eq!(without_secrets(url), shown);
        }
    }
}
