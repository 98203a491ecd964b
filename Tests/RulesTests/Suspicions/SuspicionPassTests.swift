@testable import Rules
import Testing

/// What two entries of one child have in common brings them side by side in some pass.
@Suite struct SuspicionPassTests {
    private func subject(_ name: String, _ birth: String, phone: String = "", guardian: String = "") -> SuspicionSubject {
        SuspicionSubject(
            keys: KeyFields(name: name, sex: "1", birthDate: birth, idType: "Z", idNumber: ""), guardianNames: [guardian, ""],
            phones: [phone, phone])
    }

    @Test func `a name heard wrongly has the same sound, another name another`() {
        let sound = SuspicionPass.sound
        #expect(sound.values(of: subject("欧阳若曦", "20120304")) == sound.values(of: subject("欧阳若溪", "20130405")))
        #expect(sound.values(of: subject("欧阳若曦", "20120304")) != sound.values(of: subject("李国强", "20120304")))
        #expect(sound.values(of: subject("", "20120304")).isEmpty)
    }

    @Test func `every record has one birth date, also an unknown one`() {
        #expect(SuspicionPass.birthDate.values(of: subject("李国强", "20120304")) == [20_120_304])
        #expect(SuspicionPass.birthDate.values(of: subject("李国强", "2012-03-04")) == [20_120_304])
        #expect(SuspicionPass.birthDate.values(of: subject("李国强", "")) == [0])
    }

    @Test func `a value comes once, and what everybody has does not count`() {
        #expect(SuspicionPass.phone.values(of: subject("李国强", "20120304", phone: "16912345682")).count == 1)
        #expect(SuspicionPass.phone.values(of: subject("李国强", "20120304", phone: "13800000000")).isEmpty)
        #expect(SuspicionPass.guardianName.values(of: subject("李国强", "20120304", guardian: "李振华")).count == 1)
        #expect(SuspicionPass.address.values(of: subject("李国强", "20120304")).isEmpty)
    }
}
