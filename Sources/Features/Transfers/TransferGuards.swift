import Rules
import Store

/// The conditions that the gate asks for in a transfer's steps in the dossier.
struct TransferGuards {
    let reading: Reading
    let today: CalendarDate

    func check(_ condition: Guard, _ dossier: Dossier) throws {
        switch condition {
        case .transferable:
            if let obstacle = dossier.transferObstacle { throw TransferRefusals.obstacle(obstacle, reading.directory) }
            try TransferCheck(reading: reading, today: today).mayLeaveByTerm(dossier)
        case .notWithdrawn:
            if let transfer = try TransferShelf(reading).transfer(of: dossier), transfer.withdrawal != nil { throw TransferRefusals.withdrawn(transfer) }
        case .requested:
            guard let transfer = try TransferShelf(reading).transfer(of: dossier), transfer.request != nil else { throw OverrideRefusals.notRequested() }
        case .overdue:
            guard let transfer = try TransferShelf(reading).transfer(of: dossier), !transfer.due.isEmpty else { throw OverrideRefusals.unlimited() }
            if !TransferDeadline.isOverdue(transfer.due, today: today) {
                throw OverrideRefusals.inTime(holder: transfer.holder, due: transfer.due, reading.directory)
            }
        default: break
        }
    }
}
