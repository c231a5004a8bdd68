//! How a log is restored from an older copy, as an operator would.

use crate::fixture::Fixture;
use edgecoder_store::Backend;
use sqlx::{AssertSqlSafe, Executor};
use std::path::Path;

const TABLES: [&str; 8] =
    ["events", "head", "stream_positions", "idempotency_keys", "blobs", "subject_keys", "secrets", "snapshot"];

impl Fixture {
    /// Remembers the closed log as it is now.
    pub async fn keep_copy(&self) {
        match &self.backend {
            Backend::Sqlite { dir } => copy_folder(dir, &self.dir.path().join("copy")),
            Backend::Postgres { .. } => {
                let copy_one =
                    |schema: &str, table| format!("CREATE TABLE {schema}_copy.{table} AS TABLE {schema}.{table};");
                self.run(|schema| {
                    let tables = TABLES.map(|table| copy_one(schema, table)).concat();
                    format!("CREATE SCHEMA {schema}_copy; {tables}")
                })
                .await;
            }
            Backend::Memory => panic!("memory cannot be copied"),
        }
    }

    /// Replaces the closed log by the one that was remembered.
    pub async fn put_copy_back(&self) {
        match &self.backend {
            Backend::Sqlite { dir } => {
                std::fs::remove_dir_all(dir).unwrap();
                copy_folder(&self.dir.path().join("copy"), dir);
            }
            Backend::Postgres { .. } => {
                let restore_one = |schema: &str, table| {
                    format!("TRUNCATE {schema}.{table}; INSERT INTO {schema}.{table} TABLE {schema}_copy.{table};")
                };
                self.run(|schema| TABLES.map(|table| restore_one(schema, table)).concat()).await;
            }
            Backend::Memory => panic!("memory cannot be copied"),
        }
    }

    async fn run(&self, statements: impl FnOnce(&str) -> String) {
        let (mut connection, schema) = self.beside().await;
        connection.execute(AssertSqlSafe(statements(&schema))).await.unwrap();
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        if item.file_type().unwrap().is_file() {
            std::fs::copy(item.path(), to.join(item.file_name())).unwrap();
        }
    }
}
