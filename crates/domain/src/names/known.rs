//! The short list of products that the program can name before anybody imports Microsoft's table.
//!
//! Ids and English names: Microsoft's published list of product names. German names: Microsoft's
//! German documentation, and for the first user's products the names that its people know.
//! An empty German name means that the English one is used.

/// Product id, English name, German name.
#[rustfmt::skip]
pub(super) const PRODUCTS: &[(u128, &str, &str)] = &[
    // AAD_PREMIUM
    (0x078d2b04_f1bd_4111_bbd4_b4b1b354cef4, "Microsoft Entra ID P1",
     ""),
    // AAD_PREMIUM_P2
    (0x84a661c4_e949_4bd2_a560_ed7766fcaf2b, "Microsoft Entra ID P2",
     ""),
    // DESKLESSPACK
    (0x4b585984_651b_448a_9e53_3b10f069cf7f, "Office 365 F3",
     ""),
    // EMS
    (0xefccb6f7_5641_4e0e_bd10_b4976e1bf68e, "Enterprise Mobility + Security E3",
     ""),
    // EMS_EDU_FACULTY
    (0xaedfac18_56b8_45e3_969b_53edb4ba4952, "Enterprise Mobility + Security A3 for Faculty",
     ""),
    // EMSPREMIUM
    (0xb05e124f_c7cc_45a0_a6aa_8cf78c946968, "Enterprise Mobility + Security E5",
     ""),
    // ENTERPRISEPACK
    (0x6fd2c87f_b296_42f0_b197_1e91e994b900, "Office 365 E3",
     ""),
    // ENTERPRISEPACKPLUS_FACULTY
    (0xe578b273_6db4_4691_bba0_8d691f4da603, "Office 365 A3 for faculty",
     "Office 365 A3 für Lehrpersonal"),
    // ENTERPRISEPACKPLUS_STUDENT
    (0x98b6e773_24d4_4c0d_a968_6e787a1f8204, "Office 365 A3 for students",
     "Office 365 A3 für Schüler und Studenten"),
    // ENTERPRISEPREMIUM
    (0xc7df2760_2c81_4ef7_b578_5b5392b571df, "Office 365 E5",
     ""),
    // ENTERPRISEPREMIUM_FACULTY
    (0xa4585165_0533_458a_97e3_c400570268c4, "Office 365 A5 for faculty",
     "Office 365 A5 für Lehrpersonal"),
    // ENTERPRISEPREMIUM_STUDENT
    (0xee656612_49fa_43e5_b67e_cb1fdf7699df, "Office 365 A5 for students",
     "Office 365 A5 für Schüler und Studenten"),
    // EXCHANGESTANDARD
    (0x4b9405b0_7788_4568_add1_99614e613b69, "Exchange Online (Plan 1)",
     ""),
    // FLOW_FREE
    (0xf30db892_07e9_47e9_837c_80727f46fd3d, "Microsoft Power Automate Free",
     "Microsoft Power Automate Free"),
    // FLOW_PER_USER
    (0x4a51bf65_409c_4a91_b845_1121b571cc9d, "Power Automate per user plan",
     "Power Automate-Plan Pro Benutzer"),
    // INTUNE_A
    (0x061f9ace_7d42_4136_88ac_31dc755f143f, "Intune",
     ""),
    // INTUNE_EDU
    (0xd9d89b70_a645_4c24_b041_8d3cb1884ec7, "Intune for Education",
     ""),
    // M365EDU_A3_FACULTY
    (0x4b590615_0888_425a_a965_b3bf7789848d, "Microsoft 365 A3 for Faculty",
     "Microsoft 365 A3 für Lehrpersonal"),
    // M365EDU_A3_STUDENT
    (0x7cfd9a2b_e110_4c39_bf20_c6a3f36a3121, "Microsoft 365 A3 for Students",
     "Microsoft 365 A3 für Schüler und Studenten"),
    // M365EDU_A3_STUUSEBNFT
    (0x18250162_5d87_4436_a834_d795c15c80f3, "Microsoft 365 A3 for students use benefit",
     "Microsoft 365 A3 für Schüler und Studenten – Vorteilsprogramm"),
    // M365EDU_A5_FACULTY
    (0xe97c048c_37a4_45fb_ab50_922fbf07a370, "Microsoft 365 A5 for faculty",
     "Microsoft 365 A5 für Lehrpersonal"),
    // M365EDU_A5_STUDENT
    (0x46c119d4_0379_4a9d_85e4_97c66d3f909e, "Microsoft 365 A5 for Students",
     "Microsoft 365 A5 für Schüler und Studenten"),
    // M365EDU_A5_STUUSEBNFT
    (0x31d57bc7_3a05_4867_ab53_97a17835a411, "Microsoft 365 A5 for students use benefit",
     "Microsoft 365 A5 für Schüler und Studenten – Vorteilsprogramm"),
    // MCOEV
    (0xe43b5b99_8dfb_405f_9987_dc307f34bcbd, "Microsoft Teams Phone Standard",
     ""),
    // MCOEV_FACULTY
    (0xd979703c_028d_4de5_acbf_7955566b69b9, "Microsoft Teams Phone Standard for Faculty",
     "Microsoft Teams Telefon Standard für Lehrpersonal"),
    // Microsoft_365_Copilot
    (0x639dec6b_bb19_468b_871c_c5c441c4b0cb, "Microsoft Copilot for Microsoft 365",
     ""),
    // Microsoft_365_Copilot_EDU
    (0xad9c22b3_52d7_4e7e_973c_88121ea96436, "Microsoft 365 Copilot (Education Faculty)",
     ""),
    // Microsoft_Teams_Rooms_Basic_FAC
    (0xa4e376bd_c61e_4618_9901_3fc0cb1b88bb, "Microsoft Teams Rooms Basic for EDU",
     "Microsoft Teams Rooms Basic (Bildung)"),
    // Microsoft_Teams_Rooms_Pro_FAC
    (0xc25e2b36_e161_4946_bef2_69239729f690, "Microsoft Teams Rooms Pro for EDU",
     "Microsoft Teams Rooms Pro (Bildung)"),
    // O365_BUSINESS_ESSENTIALS
    (0x3b555118_da6a_4418_894f_7df1e2096870, "Microsoft 365 Business Basic",
     ""),
    // O365_BUSINESS_PREMIUM
    (0xf245ecc8_75af_4f8e_b61f_27d8114de5f3, "Microsoft 365 Business Standard",
     ""),
    // OFFICESUBSCRIPTION_FACULTY
    (0x12b8c807_2e20_48fc_b453_542b6ee9d171, "Microsoft 365 Apps for Faculty",
     "Microsoft 365 Apps für Lehrpersonal"),
    // OFFICESUBSCRIPTION_STUDENT
    (0xc32f9321_a627_406d_a114_1f9c81aaafac, "Microsoft 365 Apps for Students",
     "Microsoft 365 Apps für Schüler und Studenten"),
    // PHONESYSTEM_VIRTUALUSER
    (0x440eaaa8_b3e0_484b_a8be_62870b9ba70a, "Microsoft Teams Phone Resource Account",
     ""),
    // PHONESYSTEM_VIRTUALUSER_FACULTY
    (0x0e142028_345e_45da_8d92_8bfd4093bbb9, "Microsoft Teams Phone Resource Account for Faculty",
     "Microsoft Teams Telefon-Ressourcenkonto für Lehrpersonal"),
    // POWER_BI_PRO
    (0xf8a1db68_be16_40ed_86d5_cb42ce701560, "Power BI Pro",
     ""),
    // POWER_BI_PRO_FACULTY
    (0xde5f128b_46d7_4cfc_b915_a89ba060ea56, "Power BI Pro for Faculty",
     "Power BI Pro für Lehrpersonal"),
    // POWER_BI_STANDARD
    (0xa403ebcc_fae0_4ca2_8c8c_7a907fd6c235, "Microsoft Fabric (Free)",
     ""),
    // POWER_BI_STANDARD_FACULTY
    (0xade29b5f_397e_4eb9_a287_0344bd46c68d, "Microsoft Fabric (Free) for faculty",
     "Microsoft Fabric (Free) für Lehrpersonal"),
    // POWER_BI_STANDARD_STUDENT
    (0xbdcaf6aa_04c1_4b8f_b64e_6e3bd505ac64, "Microsoft Fabric (Free) for student",
     ""),
    // POWERAPPS_DEV
    (0x5b631642_bd26_49fe_bd20_1daaa972ef80, "Microsoft Power Apps for Developer",
     ""),
    // POWERAPPS_PER_USER
    (0xb30411f5_fea1_4a59_9ad9_3db7c7ead579, "Power Apps Premium",
     "Power Apps-Plan Pro Benutzer"),
    // POWERAPPS_VIRAL
    (0xdcb1a3ae_b33f_4487_846a_a640262fadf4, "Microsoft Power Apps Plan 2 Trial",
     ""),
    // PROJECTESSENTIALS_FACULTY
    (0xe433b246_63e7_4d0b_9efa_7940fa3264d6, "Project Online Essentials for Faculty",
     "Project Online Essentials für Lehrpersonal"),
    // PROJECTPROFESSIONAL
    (0x53818b1b_4a27_454b_8896_0dba576410e6, "Planner and Project Plan 3",
     ""),
    // PROJECTPROFESSIONAL_FACULTY
    (0x46974aed_363e_423c_9e6a_951037cec495, "Project Plan 3 for Faculty",
     ""),
    // RIGHTSMANAGEMENT_ADHOC
    (0x8c4ce438_32a7_4ac5_91a6_e22ae08d9c8b, "Rights Management Adhoc",
     ""),
    // SPB
    (0xcbdc14ab_d96c_4c30_b9f4_6ada7cdc1d46, "Microsoft 365 Business Premium",
     ""),
    // SPE_E3
    (0x05e9a617_0261_4cee_bb44_138d3ef5d965, "Microsoft 365 E3",
     ""),
    // SPE_E5
    (0x06ebc4ee_1bb5_47dd_8120_11324bc54e06, "Microsoft 365 E5",
     ""),
    // SPE_F1
    (0x66b55226_6b4f_492c_910c_a3b7a3c9d993, "Microsoft 365 F3",
     ""),
    // STANDARDPACK
    (0x18181a46_0d4e_45cd_891e_60aabd171b4e, "Office 365 E1",
     ""),
    // STANDARDWOFFPACK_FACULTY
    (0x94763226_9b3c_4e75_a931_5c89701abe66, "Office 365 A1 for faculty",
     "Office 365 A1 für Lehrpersonal"),
    // STANDARDWOFFPACK_IW_FACULTY
    (0x78e66a63_337a_4a9a_8959_41c6654dfb56, "Office 365 A1 Plus for faculty",
     "Office 365 A1 Plus für Lehrpersonal"),
    // STANDARDWOFFPACK_IW_STUDENT
    (0xe82ae690_a2d5_4d76_8d30_7c6e01e6022e, "Office 365 A1 Plus for students",
     "Office 365 A1 Plus für Schüler und Studenten"),
    // STANDARDWOFFPACK_STUDENT
    (0x314c4481_f395_4525_be8b_2ec4bb1e9d91, "Office 365 A1 for students",
     "Office 365 A1 für Schüler und Studenten"),
    // STREAM
    (0x1f2f344a_700d_42c9_9427_5cea1d5d7ba6, "Microsoft Stream",
     "Microsoft Stream"),
    // TEAMS_EXPLORATORY
    (0x710779e8_3d4a_4c88_adb9_386c958d1fdf, "Microsoft Teams Exploratory",
     ""),
    // VISIOCLIENT
    (0xc5928f49_12ba_48f7_ada3_0d743a3601d5, "Visio Plan 2",
     ""),
    // VISIOCLIENT_FACULTY
    (0xbf95fd32_576a_4742_8d7a_6dc4940b9532, "Visio Plan 2 for Faculty",
     "Visio Plan 2 für Lehrpersonal"),
];
