//! Links between the pages, and the table of contents of the book.

use std::collections::BTreeSet;
use std::path::Path;

use super::{pages, root, text_of};

/// The anchors of a page's headings, as GitHub and mdBook make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut is_code = false;
    let mut found = BTreeSet::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        let Some(heading) = line.strip_prefix('#').filter(|_| !is_code) else { continue };
        let letters = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = letters.chars().filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'));
        found.insert(kept.map(|it| if it == ' ' { '-' } else { it }).collect());
    }
    found
}

/// The targets of a page's links, code blocks aside.
fn targets(text: &str) -> Vec<&str> {
    let mut is_code = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if !is_code {
            let starts = line.match_indices("](").map(|(at, _)| &line[at + 2..]);
            found.extend(starts.filter_map(|rest| rest.split_once(')').map(|(target, _)| target)));
        }
    }
    found
}

#[test]
fn every_link_between_pages_leads_to_a_file_and_a_heading() {
    let mut broken = Vec::new();
    let others = ["CONTRIBUTING.md", "SECURITY.md", "THREATS.md", "CHANGELOG.md"].map(String::from);
    for page in pages().into_iter().chain(others) {
        let text = text_of(&page);
        for target in
            targets(&text).into_iter().filter(|target| !target.contains("://") && !target.starts_with("mailto"))
        {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let folder = Path::new(&page).parent().expect("a folder");
            let path = if file.is_empty() { page.clone() } else { folder.join(file).display().to_string() };
            let leads = root().join(&path).exists() && (anchor.is_empty() || anchors(&text_of(&path)).contains(anchor));
            // A page of the book can link only to what the book has.
            let leaves = page.starts_with("docs/") && file.starts_with("..");
            if !leads || leaves {
                broken.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_page_of_docs_is_in_the_book() {
    let summary = text_of("docs/SUMMARY.md");
    let listed: BTreeSet<String> = targets(&summary).into_iter().map(|target| format!("docs/{target}")).collect();
    let there = pages().into_iter().filter(|page| page != "README.md" && page != "docs/SUMMARY.md").collect();
    assert_eq!(listed, there);
}

#[test]
fn the_readme_fits_a_newcomer_and_its_picture_is_small() {
    let lines = text_of("README.md").lines().count();
    assert!(lines <= 150, "{lines} lines; move something to docs");
    let picture = std::fs::metadata(root().join("docs/images/report.png")).expect("the picture");
    assert!(picture.len() <= 150 * 1024, "{} bytes", picture.len());
}
