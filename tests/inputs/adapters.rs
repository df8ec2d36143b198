//! Adapters that are not there. Without a driver at all: in a process of its own, whose environment hides every driver.

use wgconv::{Context, ContextOptions, Error};

#[cfg(target_os = "linux")]
use std::process::Command;

#[test]
fn a_name_that_no_adapter_has_lists_those_that_are_there() {
    let options = ContextOptions { adapter: Some("Voodoo 2".into()), ..ContextOptions::default() };
    let there = crate::context().adapter_info().name.clone();
    for error in [
        Context::with_options_blocking(&options).map(drop).unwrap_err(),
        Context::choose_adapter_blocking(&options).map(drop).unwrap_err(),
    ] {
        let Error::NoAdapter { wanted, found } = &error else { panic!("{error:?}") };
        assert_eq!(wanted.as_deref(), Some("Voodoo 2"));
        assert!(found.iter().any(|name| name.contains(&there)), "{found:?} without {there}");
        let message = error.to_string();
        assert!(message.contains("\"Voodoo 2\"") && message.contains(&there), "{message}");
    }
}

#[test]
fn a_part_of_the_name_in_any_case_is_enough() {
    let name = crate::context().adapter_info().name.clone();
    let part: String = name.chars().take(5).collect::<String>().to_uppercase();
    let options = ContextOptions { adapter: Some(part), ..ContextOptions::default() };
    assert!(Context::with_options_blocking(&options).is_ok());
    let nothing = ContextOptions { adapter: Some(String::new()), ..ContextOptions::default() };
    assert!(Context::with_options_blocking(&nothing).is_ok(), "an empty name is no name");
}

/// The child's part of the tests below; alone it shows nothing.
#[test]
#[ignore = "run by the tests that hide or name adapters, in a process of its own"]
fn child_makes_a_context() {
    match Context::new_blocking() {
        Ok(ctx) => println!("context on {}", ctx.adapter_info().name),
        Err(error) => println!("error: {error}"),
    }
}

/// What a new process with this environment prints when it makes a context.
#[cfg(target_os = "linux")]
fn in_a_child(environment: &[(&str, &str)]) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "adapters::child_makes_a_context", "--ignored", "--nocapture"]);
    for variable in ["WGCONV_ADAPTER", "WGPU_BACKEND", "VK_ADD_DRIVER_FILES"] {
        child.env_remove(variable);
    }
    let output = child.envs(environment.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[cfg(target_os = "linux")]
fn no_driver_gives_a_hint_how_to_install_one() {
    // The first is the loader's present name for it, the second the one of older loaders.
    let hidden = [("VK_DRIVER_FILES", "/nonexistent"), ("VK_ICD_FILENAMES", "/nonexistent")];
    let printed = in_a_child(&hidden);
    let parts = ["error: no GPU adapter found", "Adapters here:", "apt install mesa-vulkan-drivers", "WGCONV_ADAPTER"];
    assert!(parts.iter().all(|part| printed.contains(part)), "{printed}");
}

#[test]
#[cfg(target_os = "linux")]
fn the_environment_names_an_adapter() {
    let printed = in_a_child(&[("WGCONV_ADAPTER", "Voodoo 2")]);
    assert!(printed.contains("error: no GPU adapter found whose name contains \"Voodoo 2\""), "{printed}");
    let there = &crate::context().adapter_info().name;
    assert!(in_a_child(&[("WGCONV_ADAPTER", there)]).contains(&format!("context on {there}")));
    assert!(in_a_child(&[("WGCONV_ADAPTER", "")]).contains("context on "));
}
