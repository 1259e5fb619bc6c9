"""The tactic of each ATT&CK technique that AWS's records can show, and its name.

Of the Enterprise matrix, version 19, whose Defense Impairment took over what was
T1562; a sub-technique has the tactic of its technique.
"""

TACTICS = {
    "Initial access": {
        "T1078": "Valid Accounts",
        "T1190": "Exploit Public-Facing Application",
        "T1199": "Trusted Relationship",
        "T1133": "External Remote Services",
        "T1195": "Supply Chain Compromise",
    },
    "Execution": {
        "T1059": "Command and Scripting Interpreter",
        "T1648": "Serverless Execution",
        "T1651": "Cloud Administration Command",
        "T1610": "Deploy Container",
    },
    "Persistence": {
        "T1098": "Account Manipulation",
        "T1136": "Create Account",
        "T1525": "Implant Internal Image",
        "T1546": "Event Triggered Execution",
        "T1556": "Modify Authentication Process",
    },
    "Privilege escalation": {
        "T1484": "Domain or Tenant Policy Modification",
        "T1548": "Abuse Elevation Control Mechanism",
    },
    "Stealth": {
        "T1070": "Indicator Removal",
        "T1535": "Unused Cloud Regions",
        "T1550": "Use Alternate Authentication Material",
        "T1578": "Modify Cloud Compute Infrastructure",
        "T1666": "Modify Cloud Resource Hierarchy",
    },
    "Defense impairment": {
        "T1685": "Disable or Modify Tools",
        "T1686": "Disable or Modify System Firewall",
        "T1562": "Impair Defenses",
    },
    "Credential access": {
        "T1110": "Brute Force",
        "T1528": "Steal Application Access Token",
        "T1552": "Unsecured Credentials",
        "T1555": "Credentials from Password Stores",
        "T1606": "Forge Web Credentials",
        "T1621": "Multi-Factor Authentication Request Generation",
        "T1040": "Network Sniffing",
    },
    "Discovery": {
        "T1087": "Account Discovery",
        "T1201": "Password Policy Discovery",
        "T1518": "Software Discovery",
        "T1526": "Cloud Service Discovery",
        "T1580": "Cloud Infrastructure Discovery",
        "T1619": "Cloud Storage Object Discovery",
        "T1654": "Log Enumeration",
    },
    "Lateral movement": {"T1021": "Remote Services"},
    "Collection": {
        "T1005": "Data from Local System",
        "T1074": "Data Staged",
        "T1119": "Automated Collection",
        "T1530": "Data from Cloud Storage",
    },
    "Exfiltration": {
        "T1048": "Exfiltration Over Alternative Protocol",
        "T1537": "Transfer Data to Cloud Account",
        "T1567": "Exfiltration Over Web Service",
    },
    "Impact": {
        "T1485": "Data Destruction",
        "T1486": "Data Encrypted for Impact",
        "T1489": "Service Stop",
        "T1490": "Inhibit System Recovery",
        "T1491": "Defacement",
        "T1496": "Resource Hijacking",
        "T1498": "Network Denial of Service",
        "T1499": "Endpoint Denial of Service",
        "T1531": "Account Access Removal",
        "T1565": "Data Manipulation",
    },
}
"""The tactics in the matrix's order, each with its techniques and their names."""

OTHER = "Other"
"""The tactic of a technique that is not listed."""

_TACTIC_OF = {each: tactic for tactic, own in TACTICS.items() for each in own}
_NAMES = {each: name for own in TACTICS.values() for each, name in own.items()}


def tactic(technique: object) -> str:
    """Return the tactic of a technique or a sub-technique.

    >>> tactic("T1685.002"), tactic("T9999")
    ('Defense impairment', 'Other')
    """
    return _TACTIC_OF.get(str(technique).partition(".")[0], OTHER)


def technique_name(technique: object) -> str:
    """Return the name of a technique; a sub-technique has that of its technique."""
    return _NAMES.get(str(technique).partition(".")[0], "")
