//! The name of a repo in the address of a remote.
//!
//! It is the path of the address without `.git`: `OWNER/NAME`, and on hosts with nested groups all of them. The host does
//! not matter. A folder of this machine has no such name.

use gix::Repository;

use super::error::GitError;
use crate::domain::words::within_a_message;

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

/// The path of an address, where it is one of a repo on a server.
fn repo_of(url: &str) -> Option<String> {
    let path = match url.split_once("://") {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("file") => return None,
        Some((_, rest)) => rest.split_once('/')?.1,
        // `git@github.com:acme/web.git`, as ssh writes it; a single letter is a drive of Windows.
        None => match url.split_once(':')? {
            (host, _) if host.len() < 2 || host.contains(['/', '\\']) => return None,
            (_, path) => path,
        },
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    let is_part = |part: &str| {
        let is_odd = |letter: char| letter.is_whitespace() || letter.is_control();
        !part.is_empty() && part != "." && part != ".." && !part.contains(is_odd)
    };
    (path.contains('/') && path.split('/').all(is_part)).then(|| path.to_owned())
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
    fn an_address_names_its_repo_on_every_host() {
        for (url, wanted) in [
            ("https://github.com/acme/web.git", Some("acme/web")),
            ("https://github.com/acme/web/", Some("acme/web")),
            ("https://ann:secret@ghe.example:8443/acme/web.git", Some("acme/web")),
            ("git@github.com:acme/web.git", Some("acme/web")),
            ("ghe.example:/acme/web", Some("acme/web")),
            ("org-123@github.com:acme/web.js.git", Some("acme/web.js")),
            ("ssh://git@ghe.example:2222/acme/web.git", Some("acme/web")),
            ("git://host.example/acme/web.git", Some("acme/web")),
            ("https://gitlab.example/group/sub/project.git", Some("group/sub/project")),
            ("git@gitlab.example:group/sub/project.git", Some("group/sub/project")),
            ("/srv/git/acme/web.git", None),
            ("../acme/web.git", None),
            ("./a:b/c", None),
            ("file:///srv/git/acme/web.git", None),
            ("C:/git/acme/web.git", None),
            ("C:\\git\\acme/web", None),
            ("https://github.com/web.git", None),
            ("https://github.com", None),
            ("https://host.example/acme//web", None),
            ("https://host.example/../web", None),
            ("git@host.example:acme/we b", None),
            ("", None),
        ] {
            assert_eq!(repo_of(url).as_deref(), wanted, "{url}");
        }
    }

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
