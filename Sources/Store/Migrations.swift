import FoundationEssentials
import GRDB

/// Runs migrations in order, each once, after a backup of the file; refuses a store that a newer program has written.
struct Migrations {
    let book: ProjectionBook

    func run(on pool: DatabasePool, path: String, readOnly: Bool) throws {
        var migrator = DatabaseMigrator()
        let own = JournalSchema.migrations + DossierSchema.migrations + RecoverySchema.migrations
        let later = RecoverySchema.later + BlobSchema.migrations + LinkSchema.migrations + TrustSchema.migrations
            + BlobSchema.later + LinkSchema.later + MergerProjection.schema + DossierSchema.later
            + book.followerMigrations + TrustSchema.later + PartialRecords.schema + MoveProjection.schema + JournalSchema.later
        for (name, sql) in own + book.migrations + later {
            migrator.registerMigration(name) { db in
                db.add(function: LinkSchema.entryCount)
                db.add(function: DossierSchema.stepTime)
                try db.execute(sql: sql)
            }
        }
        let applied = try pool.read { try migrator.appliedIdentifiers($0) }
        guard applied.isSubset(of: migrator.migrations) else {
            throw StoreError(
                .newerSchema, message: "数据文件由更新版本的程序写入，本程序不能打开。", remedy: "请安装新版本的程序。",
                cause: "unknown migrations: \(applied.subtracting(migrator.migrations).sorted())")
        }
        guard applied.count < migrator.migrations.count else { return }
        guard !readOnly else {
            throw StoreError(.newerSchema, message: "数据文件需要先升级。", remedy: "请启动一次节点完成升级。")
        }
        if !applied.isEmpty {
            let copy = try DatabaseQueue(path: path + ".before-upgrade")
            try pool.backup(to: copy)
            try copy.close()
        }
        try migrator.migrate(pool)
    }
}
