//! What the README shows is what runs.

#[test]
fn the_readme_shows_the_quickstart() {
    let readme = include_str!("../README.md");
    let (_, block) = readme.split_once("```rust,no_run\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let example = include_str!("../examples/quickstart.rs");
    let code = &example[example.find("\nuse ").unwrap()..];
    assert_eq!(block.trim(), code.trim());
}
