//! Does this machine run on its battery? Linux says so in files; where nobody says, it runs on mains.

use std::{fs, path::Path};

/// Whether one of the machine's own batteries is being emptied, and nothing feeds the machine from outside.
///
/// *Source*: the kernel's ABI, `sysfs-class-power`.
pub fn is_on_battery(supplies: &Path) -> bool {
    let Ok(entries) = fs::read_dir(supplies) else { return false };
    let mut is_emptied = false;
    for supply in entries.filter_map(Result::ok) {
        let says = |name: &str| fs::read_to_string(supply.path().join(name)).unwrap_or_default().trim().to_owned();
        match says("type").as_str() {
            // Of a mouse or a keyboard otherwise.
            "Battery" if says("scope") != "Device" => is_emptied |= says("status") == "Discharging",
            "Mains" | "USB" if says("online") == "1" => return false,
            _ => {}
        }
    }
    is_emptied
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder as the system shows it: each supply with its files.
    fn shown(supplies: &[(&str, &[(&str, &str)])]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        for (supply, files) in supplies {
            fs::create_dir(folder.path().join(supply)).unwrap();
            for (name, text) in *files {
                fs::write(folder.path().join(supply).join(name), format!("{text}\n")).unwrap();
            }
        }
        is_on_battery(folder.path())
    }

    #[test]
    fn a_laptop_runs_on_its_battery_while_that_is_emptied_and_nothing_is_plugged_in() {
        let plugged = ("AC", [("type", "Mains"), ("online", "1")]);
        let unplugged = ("AC", [("type", "Mains"), ("online", "0")]);
        let emptied = ("BAT0", [("type", "Battery"), ("status", "Discharging")]);
        let full = ("BAT0", [("type", "Battery"), ("status", "Full")]);
        assert!(shown(&[(unplugged.0, &unplugged.1), (emptied.0, &emptied.1)]));
        assert!(shown(&[(emptied.0, &emptied.1)]));
        assert!(!shown(&[(plugged.0, &plugged.1), (emptied.0, &emptied.1)]), "the charger is weak, and there");
        assert!(!shown(&[(unplugged.0, &unplugged.1), (full.0, &full.1)]));
    }

    #[test]
    fn a_machine_without_a_battery_of_its_own_runs_on_mains() {
        assert!(!shown(&[]));
        let mouse: &[(&str, &str)] = &[("type", "Battery"), ("scope", "Device"), ("status", "Discharging")];
        assert!(!shown(&[("hidpp_battery_0", mouse)]));
        assert!(!is_on_battery(Path::new("/there/is/no/such/folder")));
    }
}
