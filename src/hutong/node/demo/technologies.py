"""
The 35 technologies of the demo: the size and fields of the first open batch (OL-5).

Made up for the demo: titles, numbers (with right check digits) and institutions belong to nobody.
"""

from dataclasses import dataclass
from datetime import date

MATERIALS, MANUFACTURING, INFORMATION = "新材料", "智能制造", "信息技术"


@dataclass(frozen=True, slots=True)
class DemoTechnology:
    """One row of the demo's workbook. `number` is a 13-digit Chinese application number."""

    title_zh: str
    title_en: str
    field: str
    ipc: str
    number: str
    trl: int
    filed_on: date
    expires_on: date


# title (zh), title (en), field, IPC, TRL
_ROWS: tuple[tuple[str, str, str, str, int], ...] = (
    (
        "一种石墨烯导热复合薄膜",
        "Graphene heat-spreading composite film",
        MATERIALS,
        "C01B32/184",
        6,
    ),
    (
        "高强高导铜铬锆合金及制备方法",
        "High-strength conductive Cu-Cr-Zr alloy",
        MATERIALS,
        "C22C9/00",
        7,
    ),
    ("低介电聚酰亚胺气凝胶", "Low-dielectric polyimide aerogel", MATERIALS, "C08J9/28", 5),
    (
        "自修复聚氨酯防护涂层",
        "Self-healing polyurethane protective coating",
        MATERIALS,
        "C09D175/04",
        6,
    ),
    (
        "碳化硅纤维增韧陶瓷",
        "Ceramic toughened with silicon carbide fibre",
        MATERIALS,
        "C04B35/80",
        5,
    ),
    ("可降解镁合金骨钉材料", "Degradable magnesium alloy for bone pins", MATERIALS, "A61L31/02", 4),
    ("钙钛矿薄膜的狭缝涂布方法", "Slot-die coating of perovskite films", MATERIALS, "H10K71/12", 6),
    (
        "固态电池用硫化物电解质",
        "Sulfide electrolyte for solid-state batteries",
        MATERIALS,
        "H01M10/0562",
        5,
    ),
    (
        "高熵合金耐磨堆焊丝",
        "High-entropy alloy wear-resistant welding wire",
        MATERIALS,
        "B23K35/30",
        7,
    ),
    (
        "电磁屏蔽用银纳米线透明电极",
        "Silver nanowire transparent shielding electrode",
        MATERIALS,
        "H05K9/00",
        6,
    ),
    ("耐高温形状记忆聚合物", "Heat-resistant shape-memory polymer", MATERIALS, "C08G73/10", 4),
    (
        "海水淡化用氧化石墨烯分离膜",
        "Graphene oxide membrane for desalination",
        MATERIALS,
        "B01D71/02",
        6,
    ),
    (
        "五轴加工刀具磨损在线监测方法",
        "On-line tool wear monitoring in five-axis milling",
        MANUFACTURING,
        "B23Q17/09",
        7,
    ),
    (
        "柔性装配机器人力位混合控制",
        "Hybrid force-position control of assembly robots",
        MANUFACTURING,
        "B25J9/16",
        7,
    ),
    (
        "激光选区熔化铺粉缺陷检测装置",
        "Powder-bed defect detection in laser melting",
        MANUFACTURING,
        "B22F10/85",
        6,
    ),
    (
        "航空叶片自适应磨抛系统",
        "Adaptive grinding of aero-engine blades",
        MANUFACTURING,
        "B24B19/14",
        8,
    ),
    (
        "注塑过程数字孪生参数整定",
        "Digital-twin tuning of injection moulding",
        MANUFACTURING,
        "B29C45/76",
        6,
    ),
    (
        "大型结构件激光跟踪装配对准",
        "Laser-tracked alignment of large structures",
        MANUFACTURING,
        "G01B11/00",
        7,
    ),
    (
        "轴承早期故障声发射诊断",
        "Acoustic-emission diagnosis of bearing faults",
        MANUFACTURING,
        "G01M13/045",
        7,
    ),
    (
        "晶圆搬运机械手振动抑制",
        "Vibration suppression of wafer handling arms",
        MANUFACTURING,
        "H01L21/677",
        6,
    ),
    (
        "复合材料自动铺丝轨迹规划",
        "Path planning for automated fibre placement",
        MANUFACTURING,
        "B29C70/38",
        6,
    ),
    ("焊缝跟踪视觉传感器", "Vision sensor for weld seam tracking", MANUFACTURING, "B23K9/127", 8),
    (
        "车间多机器人协同调度方法",
        "Cooperative scheduling of workshop robots",
        MANUFACTURING,
        "G05B19/418",
        6,
    ),
    (
        "微流控芯片热压成形模具",
        "Hot-embossing mould for microfluidic chips",
        MANUFACTURING,
        "B29C59/02",
        5,
    ),
    (
        "隐私保护的联邦医学影像分割",
        "Privacy-preserving federated image segmentation",
        INFORMATION,
        "G06T7/11",
        6,
    ),
    (
        "面向边缘计算的神经网络剪枝方法",
        "Neural network pruning for edge computing",
        INFORMATION,
        "G06N3/082",
        7,
    ),
    (
        "城市轨道客流短时预测系统",
        "Short-term passenger flow forecasting for metro",
        INFORMATION,
        "G06Q10/04",
        8,
    ),
    (
        "抗量子密钥封装的硬件加速器",
        "Hardware accelerator for quantum-safe key exchange",
        INFORMATION,
        "H04L9/08",
        5,
    ),
    (
        "毫米波雷达手势识别方法",
        "Gesture recognition with millimetre-wave radar",
        INFORMATION,
        "G01S13/88",
        6,
    ),
    (
        "知识图谱驱动的专利相似检索",
        "Knowledge-graph search for similar patents",
        INFORMATION,
        "G06F16/36",
        7,
    ),
    (
        "低功耗物联网时间同步方法",
        "Low-power time synchronisation for IoT",
        INFORMATION,
        "H04W56/00",
        7,
    ),
    (
        "工业缺陷小样本视觉检测",
        "Few-shot visual inspection of industrial defects",
        INFORMATION,
        "G06T7/00",
        6,
    ),
    (
        "多源遥感作物估产模型",
        "Crop yield estimation from multi-source imagery",
        INFORMATION,
        "G06V20/10",
        6,
    ),
    (
        "区块链电子证据固化系统",
        "Ledger-based preservation of electronic evidence",
        INFORMATION,
        "G06F21/64",
        7,
    ),
    (
        "语音增强的轻量化网络",
        "Lightweight network for speech enhancement",
        INFORMATION,
        "G10L21/02",
        6,
    ),
)

_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def application_number(year: int, serial: int) -> str:
    """A Chinese invention application number: year, kind 1, serial, check digit (ZC 0006-2003)."""
    body = f"{year:04d}1{serial:07d}"
    check = sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11
    return f"{body}.{'X' if check == 10 else check}"


def demo_technologies() -> list[DemoTechnology]:
    """All 35, in the order of the workbooks: the first university's 20, then the second's 15."""
    made = []
    for index, (title_zh, title_en, field, ipc, trl) in enumerate(_ROWS):
        filed = date(2017 + index % 4, 1 + index % 12, 10)
        made.append(
            DemoTechnology(
                title_zh=title_zh,
                title_en=title_en,
                field=field,
                ipc=ipc,
                number=application_number(filed.year, 8_100_000 + index * 137),
                trl=trl,
                filed_on=filed,
                expires_on=filed.replace(year=filed.year + 20),
            )
        )
    return made
