/// The school year, which begins on 1 September; from July on, new pupils of the coming one are being registered.
enum SchoolYear {
    /// The year in which the current first-graders entered or are about to enter.
    static func entering(on today: CalendarDate) -> Int { today.month >= 7 ? today.year : today.year - 1 }

    /// The grade within the stage (1 for the first) of those who entered in a year, without regard to skips and repeats.
    static func grade(enteredIn year: Int, on today: CalendarDate) -> Int {
        (today.month >= 9 ? today.year : today.year - 1) - year + 1
    }

    /// Whole years of age on a day.
    static func age(born: CalendarDate, on day: CalendarDate) -> Int {
        day.year - born.year - ((day.month, day.day) < (born.month, born.day) ? 1 : 0)
    }
}
