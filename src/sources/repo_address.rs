//! The name of a repo in its address.
//!
//! It is the path of the address without `.git`: `OWNER/NAME`, and on hosts with nested groups all of them. The host
//! does not matter, but for Azure DevOps, whose addresses for https and ssh mark the name differently: both give
//! `ORGANISATION/PROJECT/NAME`. A folder of this machine has no such name.

/// How Azure DevOps marks the name of a repo among those of organisation and project.
const AZURE_MARK: &str = "_git/";
/// How the addresses of Azure DevOps for ssh begin.
const AZURE_SSH: &str = "v3/";

/// The name of the repo; `None` if the address is not that of a repo on a server.
pub(super) fn repo_of(url: &str) -> Option<String> {
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
    if !path.contains('/') || !path.split('/').all(is_part) {
        return None;
    }
    let path = if url.contains("ssh.dev.azure.com") { path.strip_prefix(AZURE_SSH).unwrap_or(path) } else { path };
    Some(path.replacen(AZURE_MARK, "", 1))
}

#[cfg(test)]
mod tests {
    use super::repo_of;

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
            ("https://acme@dev.azure.com/acme/Shop/_git/web", Some("acme/Shop/web")),
            ("git@ssh.dev.azure.com:v3/acme/Shop/web", Some("acme/Shop/web")),
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
}
