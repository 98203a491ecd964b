import ArgumentParser
import Features
import Replication
import Sheets
import Store

/// Why a verb did not do what it was asked for: what is printed, and with which status the program ends.
struct VerbFailure: Error, Sendable {
    let refusal: Refusal
    let status: ExitStatus

    init(_ refusal: Refusal, _ status: ExitStatus) {
        self.refusal = refusal
        self.status = status
    }

    /// Any error that a verb can meet.
    init(_ error: any Error) {
        switch error {
        case let failure as VerbFailure: self = failure
        case let refusal as Refusal: self.init(refusal, Self.status(of: refusal.kind))
        case let error as StoreError:
            let refusing: Set<StoreError.Code> = [.notInitialised, .noKey, .notAllowed, .recovering, .notEmpty, .notABackup]
            let isStorage = !refusing.contains(error.code)
            self.init(
                Refusal("store.\(error.code.rawValue)", error.message, remedy: error.remedy), isStorage ? .storage : .refused)
        case let error as LinkFailure:
            self.init(
                Refusal("link.\(error.code.rawValue)", error.message, remedy: error.remedy),
                error.code == .address ? .usage : .unreachable)
        case let error as AuditError: self.init(Refusal(error.code, error.message, remedy: error.remedy), .refused)
        case let error as SheetError: self.init(Refusal(error.code, error.message, remedy: error.remedy), .refused)
        default:
            self.init(Refusal("internal", "程序内部出错：\(error)", remedy: "请重试；如再次出现，请联系开发者。"), .refused)
        }
    }

    static func status(of kind: Refusal.Kind) -> ExitStatus {
        switch kind {
        case .rule, .missing: .refused
        case .usage: .usage
        case .permission: .notPermitted
        }
    }

    static let notRunning = VerbFailure(
        Refusal("node.notRunning", "节点没有运行（node not running）。", remedy: "请先运行 xueji serve，再办理。"), .unreachable)

    static let timedOut = VerbFailure(
        Refusal("wait.over", "等待时间已过，还没有得到结果（timed out）。", remedy: "请稍后再查，或加大 --wait。"), .timedOut)
}
