//! What conditions look at, by name and by shape.

use crate::{Metric, Regime, Unit};

impl Metric {
    /// All of them, in the order a profile asks.
    pub const ALL: [Self; 28] = [
        Self::HasPeople,
        Self::People,
        Self::SensitivePeople,
        Self::Minors,
        Self::Sensitive,
        Self::Marketing,
        Self::BulkMail,
        Self::App,
        Self::RevenueThousands,
        Self::SmallBusiness,
        Self::Employees,
        Self::SaleRevenuePercent,
        Self::Sells,
        Self::Broker,
        Self::Discloses,
        Self::Exports,
        Self::ExportedPeople,
        Self::ExportedSensitivePeople,
        Self::AutomatedDecisions,
        Self::LegitimateInterests,
        Self::LargeScaleMonitoring,
        Self::LargeScaleSpecial,
        Self::Faces,
        Self::ImportantData,
        Self::CriticalInfrastructure,
        Self::LargePlatform,
        Self::PublicAuthority,
        Self::Established,
    ];

    /// The name in packs and profiles: `sensitive_people`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HasPeople => "has_people",
            Self::People => "people",
            Self::SensitivePeople => "sensitive_people",
            Self::Minors => "minors",
            Self::RevenueThousands => "revenue_thousands",
            Self::SmallBusiness => "small_business",
            Self::Employees => "employees",
            Self::SaleRevenuePercent => "sale_revenue_percent",
            Self::Sells => "sells",
            Self::Broker => "broker",
            Self::ExportedPeople => "exported_people",
            Self::ExportedSensitivePeople => "exported_sensitive_people",
            Self::Exports => "exports",
            Self::ImportantData => "important_data",
            Self::CriticalInfrastructure => "critical_infrastructure",
            Self::PublicAuthority => "public_authority",
            Self::LargeScaleMonitoring => "large_scale_monitoring",
            Self::LargeScaleSpecial => "large_scale_special",
            Self::Sensitive => "sensitive",
            Self::AutomatedDecisions => "automated_decisions",
            Self::Discloses => "discloses",
            Self::LargePlatform => "large_platform",
            Self::BulkMail => "bulk_mail",
            Self::Marketing => "marketing",
            Self::Established => "established",
            Self::App => "app",
            Self::Faces => "faces",
            Self::LegitimateInterests => "legitimate_interests",
        }
    }

    /// The metric of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.as_str() == text)
    }

    /// Counts something; the others are answered with yes or no.
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Self::People
                | Self::SensitivePeople
                | Self::RevenueThousands
                | Self::Employees
                | Self::SaleRevenuePercent
                | Self::ExportedPeople
                | Self::ExportedSensitivePeople
                | Self::Faces
        )
    }

    /// Counts people of one place; what is told of several places adds up.
    pub fn adds_up(self) -> bool {
        matches!(
            self,
            Self::People
                | Self::SensitivePeople
                | Self::ExportedPeople
                | Self::ExportedSensitivePeople
                | Self::Faces
        )
    }

    /// May differ from place to place. The others are said once for the organisation.
    pub fn is_local(self) -> bool {
        self.adds_up()
            || matches!(self, Self::HasPeople | Self::Minors | Self::Exports | Self::Established)
    }
}

impl Regime {
    /// The money in which its thresholds are written.
    pub fn currency(&self) -> Unit {
        let place = self.places.first().map_or("", |place| &place[..place.len().min(2)]);
        match place {
            "US" => Unit::Usd,
            "GB" => Unit::Gbp,
            "CN" => Unit::Cny,
            "JP" => Unit::Jpy,
            "KR" => Unit::Krw,
            "IN" => Unit::Inr,
            "BR" => Unit::Brl,
            "SG" => Unit::Sgd,
            _ => Unit::Eur,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_packs() {
        #[derive(serde::Deserialize)]
        struct One {
            metric: Metric,
        }
        for metric in Metric::ALL {
            let text = format!("metric = \"{}\"", metric.as_str());
            assert_eq!(toml::from_str::<One>(&text).map(|one| one.metric), Ok(metric));
            assert_eq!(Metric::parse(metric.as_str()), Some(metric));
        }
    }
}
