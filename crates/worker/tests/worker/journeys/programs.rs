//! What comes of programs that submitters bring?

use super::program;
use crate::{
    coordinator::{Accepted, Coordinator},
    house::House,
};
use edgecoder_events::task::Verdict;
use edgecoder_wire::work::{Outcome, Work};
use std::sync::Arc;

async fn run(house: &House, work: Work) -> Accepted {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    coordinator.office.offer("task", work);
    let worker = house.start(House::settings(home.path(), &[&coordinator]));
    let accepted = coordinator.office.result().await;
    worker.stop().await;
    accepted
}

pub async fn a_program_is_run_and_its_report_is_signed_and_sealed(house: Arc<House>) {
    let code = "import sys\nprint(sys.argv[1], input())\nopen('out.txt', 'w').write('new\\n')\n";
    let work = Work { args: vec!["hello".into()], stdin: Some("world\n".into()), ..program(&[("main.py", code)]) };
    let accepted = run(&house, work).await;
    let report = accepted.report.unwrap();
    assert_eq!((accepted.outcome, report.verdict, report.exit_code), (Outcome::Passed, Verdict::Passed, 0));
    assert_eq!((report.stdout.as_str(), report.reason.as_str()), ("hello world\n", "finished"));
    assert_eq!((report.files[0].path.as_str(), report.files[0].content.as_str()), ("out.txt", "new\n"));
    assert_eq!(report.diff.unwrap(), "--- /dev/null\n+++ b/out.txt\n@@ -0,0 +1 @@\n+new\n");
    assert_eq!((report.iterations, report.model), (0, None));
}

pub async fn a_failing_test_fails_the_program_and_is_named(house: Arc<House>) {
    let tests = "from sums import add\n\ndef test_right():\n    assert add(1, 1) == 2\n\n\
                 def test_wrong():\n    assert add(1, 1) == 3\n";
    let files = [("sums.py", "def add(a, b):\n    return a + b\n"), ("test_sums.py", tests)];
    let accepted = run(&house, Work { tests: vec!["test_sums.py".into()], ..program(&files) }).await;
    let report = accepted.report.unwrap();
    assert_eq!((accepted.outcome, report.verdict), (Outcome::Failed, Verdict::Failed));
    let tests = report.tests.unwrap();
    assert_eq!((tests.passed, tests.failures.len()), (1, 1));
    assert!(tests.failures[0].name.contains("test_wrong"), "{:?}", tests.failures);
}

pub async fn entry_and_tests_are_both_run(house: Arc<House>) {
    let files = [("main.py", "print('ran')\n"), ("test_main.py", "def test_true():\n    assert True\n")];
    let work = Work { entry: Some("main.py".into()), tests: vec!["test_main.py".into()], ..program(&files) };
    let report = run(&house, work).await.report.unwrap();
    assert!(report.stdout.starts_with("ran\n"), "{}", report.stdout);
    assert_eq!((report.verdict, report.tests.unwrap().passed), (Verdict::Passed, 1));
}

pub async fn a_submission_that_no_machine_could_run_is_a_failed_report(house: Arc<House>) {
    let two = [("a.py", ""), ("b.py", "")];
    let no_such = Work { entry: Some("c.py".into()), ..program(&two) };
    for (work, why) in [(program(&two), "say in entry"), (no_such, "c.py"), (program(&[("../a.py", "")]), "../a.py")] {
        let accepted = run(&house, work).await;
        let report = accepted.report.unwrap();
        assert_eq!((accepted.outcome, report.reason.as_str()), (Outcome::Failed, "refused"));
        assert!(report.stderr.contains(why), "{}", report.stderr);
    }
}

pub async fn an_envelope_for_somebody_else_is_returned_as_unable(house: Arc<House>) {
    let (coordinator, home) = (Coordinator::start().await, tempfile::tempdir().unwrap());
    coordinator.office.scene(|scene| scene.wrong_envelopes = true);
    coordinator.office.offer("task", program(&[("main.py", "print(1)\n")]));
    let worker = house.start(House::settings(home.path(), &[&coordinator]));
    let accepted = coordinator.office.result().await;
    assert!(accepted.outcome == Outcome::Unable && accepted.report.is_none());
    worker.stop().await;
}
